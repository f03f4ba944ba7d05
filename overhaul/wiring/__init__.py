"""Classes as parts of a program: what each holds, who makes it, and for how long it is kept."""
