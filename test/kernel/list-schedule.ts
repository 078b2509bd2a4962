/** Sleeps one delay after another; an abort, scheduled before all sleeps, ends the task whose sleep it meets. */
export interface Task {
  readonly delays: readonly number[];
  readonly abortAt: number | undefined;
}

/** What a discrete-event clock must do with tasks, by hand: an event list, searched for its earliest entry, ties by order of insertion. */
export function listSchedule(tasks: readonly Task[]): string[] {
  const log: string[] = [];
  const events: { at: number; order: number; fire: () => void }[] = [];
  let order = 0;
  let now = 0;
  const add = (delay: number, fire: () => void) => {
    const event = { at: now + delay, order: order++, fire };
    events.push(event);
    return event;
  };
  const states = tasks.map(() => ({
    aborted: false,
    sleeping: undefined as { event: (typeof events)[0]; step: number } | undefined,
  }));
  const note = (index: number, step: number, how: string) => log.push(`${now} task ${index} step ${step} ${how}`);
  for (const [index, { abortAt }] of tasks.entries()) {
    if (abortAt === undefined) continue;
    add(abortAt, () => {
      const state = states[index]!;
      state.aborted = true;
      if (!state.sleeping) return;
      events.splice(events.indexOf(state.sleeping.event), 1);
      note(index, state.sleeping.step, 'aborted');
      state.sleeping = undefined;
    });
  }
  const begin = (index: number, step: number): void => {
    const delay = tasks[index]!.delays[step];
    if (delay === undefined) return;
    const event = add(delay, () => {
      states[index]!.sleeping = undefined;
      note(index, step, 'slept');
      if (!states[index]!.aborted) begin(index, step + 1);
    });
    states[index]!.sleeping = { event, step };
  };
  for (const index of tasks.keys()) begin(index, 0);
  while (events.length > 0) {
    const next = events.reduce((a, b) => (b.at < a.at || (b.at === a.at && b.order < a.order) ? b : a));
    events.splice(events.indexOf(next), 1);
    now = next.at;
    next.fire();
  }
  return log;
}
