"""Tables 1 and 2 and Fig. 3 of the paper, from one command."""
