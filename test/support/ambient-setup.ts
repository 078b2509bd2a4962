import { installAmbientTime } from '../../src/kernel/ambient-time.ts';

// Before any test loads a client: what keeps a timer from before would stay real inside a trial.
installAmbientTime();
