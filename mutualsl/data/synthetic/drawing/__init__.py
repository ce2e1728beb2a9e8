"""Pictures of a script: one file per thing that is drawn, and how it moves."""
