"""The likely slip in a refuted claim: changes of one place, tried the simplest first."""
