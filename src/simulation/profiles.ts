// Error rates of three imagined models, named after no vendor. They are judgement, except for latency, tool errors and the correlation of
// trials, which were held against published data. No rate is ever set to make a pattern win. Rates are probabilities unless said otherwise.

/** How long a call takes: (`baseMs` + `msPerOutputToken` × output tokens) × lognormal noise of `sigma`. */
export interface LatencyProfile {
  readonly baseMs: number;
  readonly msPerOutputToken: number;
  readonly sigma: number;
  /** Median time to the first streamed chunk. */
  readonly ttftMedianMs: number;
  readonly ttftSigma: number;
}

export interface Profile {
  // What it knows.
  /** Knowing a fact of a domain that its prompt makes it an expert in. */
  readonly expert: number;
  /** Knowing a fact when its prompt claims no domain at all. */
  readonly general: number;
  /** Knowing a fact of a domain outside those that its prompt claims. */
  readonly outside: number;
  /** Factor on `expert` for each further domain that the prompt claims. */
  readonly breadth: number;
  /** Facts that one call can bring up before recall thins by the square root of the excess. */
  readonly capacity: number;
  /** Saying anything at all about a domain outside its own. */
  readonly stray: number;

  // How it reasons.
  /** Drawing the right conclusion from premises that stand in the request. */
  readonly derive: number;
  /** Factor on `derive` when a premise had to be found in the same call. */
  readonly chain: number;
  /** Stating the wrong conclusion when a premise is wrong (silence otherwise). */
  readonly cascade: number;
  /** Choosing the right category or first agent. */
  readonly classify: number;
  /** Share of `classify` lost when the class is outside the caller's own domains. */
  readonly bias: number;
  /** Choosing the right agent for a further part. */
  readonly route: number;
  /** Thinking of a part, or of a criterion, when work is divided. */
  readonly plan: number;

  // How it acts.
  /** Calling the wrong tool, for each further tool on offer. */
  readonly toolSlip: number;
  /** Calling a tool with wrong arguments. */
  readonly argSlip: number;
  /** Answering before everything was looked up. */
  readonly premature: number;
  /** Repeating a tool call that is done. */
  readonly repeat: number;
  /** Delegating once more when everything is covered. */
  readonly unaware: number;
  /** Doing at once what can be done at once. */
  readonly parallel: number;

  // What happens to facts on the way.
  /** A fact in sight surviving the rewriting. */
  readonly copy: number;
  /** Share of attention lost for each 1,000 tokens of the request. */
  readonly dilution: number;
  /** A fact of others surviving when the caller only contributes, or was asked for something else. */
  readonly carry: number;
  /** A briefing that leaves out what is known so far. */
  readonly thin: number;
  /** Stating a believable wrong value of what it does not know. */
  readonly hallucinate: number;

  // How it judges.
  /** Seeing a gap. */
  readonly spot: number;
  /** Approving although a fault was seen. */
  readonly sycophancy: number;
  /** Rejecting although no fault was seen. */
  readonly falseAlarm: number;
  /** Recognising a wrong value or a decoy. */
  readonly detect: number;
  /** Keeping to a wrong value in sight although it was recognised. */
  readonly anchoring: number;
  /** Share of the missing knowledge of a fact that naming it as missing brings back. */
  readonly feedback: number;

  // Form.
  /** Fenced or cut JSON, where no schema constrains it. */
  readonly badJson: number;
  /** An invented name, where no schema constrains it. */
  readonly badName: number;
  /** Mean number of sentences without content in an answer. */
  readonly filler: number;
  /** Share of the draws of knowledge that belong to the fact and return in every call; two trials correlate by its square. */
  readonly fixed: number;
  readonly latency: LatencyProfile;
}

export type ProfileName = 'strong' | 'cheap' | 'weak';

// oxfmt-ignore
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  strong: {
    expert: 0.95, general: 0.85, outside: 0.6, breadth: 0.985, capacity: 10, stray: 0.15,
    derive: 0.93, chain: 0.95, cascade: 0.5, classify: 0.96, bias: 0.1, route: 0.96, plan: 0.97,
    toolSlip: 0.004, argSlip: 0.02, premature: 0.02, repeat: 0.03, unaware: 0.05, parallel: 0.8,
    copy: 0.985, dilution: 0.003, carry: 0.6, thin: 0.1, hallucinate: 0.06,
    spot: 0.75, sycophancy: 0.1, falseAlarm: 0.01, detect: 0.7, anchoring: 0.3, feedback: 0.3,
    badJson: 0.004, badName: 0.004, filler: 12, fixed: 0.75,
    latency: { baseMs: 466, msPerOutputToken: 12.8, sigma: 0.54, ttftMedianMs: 552, ttftSigma: 0.494 },
  },
  cheap: {
    expert: 0.87, general: 0.72, outside: 0.45, breadth: 0.96, capacity: 7, stray: 0.25,
    derive: 0.82, chain: 0.88, cascade: 0.7, classify: 0.91, bias: 0.2, route: 0.91, plan: 0.92,
    toolSlip: 0.01, argSlip: 0.05, premature: 0.06, repeat: 0.08, unaware: 0.1, parallel: 0.6,
    copy: 0.96, dilution: 0.008, carry: 0.5, thin: 0.2, hallucinate: 0.13,
    spot: 0.5, sycophancy: 0.25, falseAlarm: 0.03, detect: 0.5, anchoring: 0.45, feedback: 0.2,
    badJson: 0.02, badName: 0.01, filler: 10, fixed: 0.7,
    latency: { baseMs: 343, msPerOutputToken: 16.9, sigma: 0.36, ttftMedianMs: 527, ttftSigma: 0.384 },
  },
  weak: {
    expert: 0.72, general: 0.55, outside: 0.3, breadth: 0.92, capacity: 5, stray: 0.4,
    derive: 0.65, chain: 0.75, cascade: 0.85, classify: 0.82, bias: 0.3, route: 0.82, plan: 0.82,
    toolSlip: 0.025, argSlip: 0.09, premature: 0.13, repeat: 0.16, unaware: 0.18, parallel: 0.4,
    copy: 0.91, dilution: 0.02, carry: 0.4, thin: 0.35, hallucinate: 0.25,
    spot: 0.3, sycophancy: 0.45, falseAlarm: 0.06, detect: 0.3, anchoring: 0.6, feedback: 0.1,
    badJson: 0.06, badName: 0.03, filler: 8, fixed: 0.65,
    latency: { baseMs: 147, msPerOutputToken: 15.2, sigma: 0.36, ttftMedianMs: 500, ttftSigma: 0.4 },
  },
};
