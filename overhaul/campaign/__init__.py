"""A campaign: phases with gates that are judged by evidence, from one file that is reviewed like code."""
