"""Where to build: siting models on matrices, solved with a proof. Never imports targets.

`planner.siting.problem.siting_problem` checks and builds a problem, `planner.siting.solving.solve` answers it.
"""
