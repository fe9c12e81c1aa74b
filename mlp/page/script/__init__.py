"""What a run of the page's script is for, and what follows it: its link and language, and what is drawn again."""
