"""From the files of an extract to the outcome panel, the flow of schools and rates."""
