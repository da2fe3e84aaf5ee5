"""The rules as data: policies in dated versions, named figures, one evaluator for one firm and for all."""
