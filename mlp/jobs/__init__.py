"""Training runs, carried out in short slices by workers of this machine or of a cluster.

What a run keeps:

- `Record`: all that is needed to go on, which are weights, optimizer, data and history. A `Job` makes one whenever it
  is saved; so the current run and each run of a sweep can go on after a restart.
- `Snapshot`: what is shown of a job at one point, which are weights and history. An earlier run (`NumberedRun`) and
  a result of a lesson keep only this.
- `Rewind`: weights at up to 40 steps, as float16, and the start, from which a `Replay` reaches any step, bit for bit.
  Only the current run keeps them.
"""
