// The words by which requests betray what they ask for. They are those of the field at large, not of anybody's prompts: where a prompt
// uses others, the model answers in prose, as a real one might.

/** JSON properties, by what is expected in them. */
export const KEYS = {
  verdict: /^(approved?|pass(ed)?|accept(ed)?|ok|satisfied|is_request_satisfied|done|completed?|converged|consensus|agreed)$/i,
  next: /^(delegate|delegations|next|next_speaker|next_worker|next_agent|worker|forward)$/i,
  plan: /^(assignments|tasks|plan|subtasks|departments|steps)$/i,
  category: /^(category|categories|route|routes|label|intent)$/i,
  items: /^(items|parts|chunks|questions)$/i,
  final: /^(final_answer|final|answer|output|result|report|text|summary)$/i,
  who: /^(worker|agent|assignee|team|name|coworker|to|type)$/i,
  what: /^(task|subtask|input|instructions?|objective|request|query|message)$/i,
  criteria: /criteria/i,
  feedback: /feedback|reason|comment|why|critique/i,
  score: /^(score|rating|quality)$/i,
  confidence: /confidence/i,
  entities: /entities|args/i,
} as const;

/** A tool that passes the conversation on, and to whom. */
export const HAND_OFF = /^(?:transfer|hand_?off|delegate|route|assign|ask)(?:_back)?(?:_to)?_(.+)$/;

/** A line of a roster, "- name: what it is for". */
export const ROSTER_LINE = /^\s*[-*•]\s*[`"*]*([\w-]+)[`"*]*\s*[:—–]\s*(.*)$/gm;

/** Plain phrases of instructions. */
export const PHRASES = {
  contribute: /contribute your|your perspective/i,
  finishNow: /\banswer\b[^.\n]{0,20}\bnow\b|synthesi[sz]e all/i,
  json: /\bJSON\b/,
  passOrFail: /\bpass(?:\/| or )fail\b|['"]pass['"] or ['"]fail['"]/i,
  oneName: /only the (?:\w+ )?(?:category|name|route|label|agent)|(?:one|single) word/i,
  finished: /^(?:finish(?:ed)?|done|end|none|__end__)$/i,
} as const;

/** Names differ in case and punctuation between rosters, tools and scenarios. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
