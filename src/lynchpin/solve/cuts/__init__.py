"""Rows that make a relaxation tight: each file states a kind, and why no plan breaks it.

    markets   the cars that carry a variant go to markets, each of which takes only so many
    choices   the same of several variants and suppliers at once
    covers    what cars bring a supplier's tool rounded to whole cars and whole tools
    plants    what cars take of a plant's capacity rounded to whole programmes
    chords    what a chord of scale earns comes from cars sold and from suppliers with room
    phases    a supplier is tooled in all phases of a variant, or in none

`cutter.FormCutter` looks for all kinds at once; `reading`, `needs` and `lots` tell it what a form says. The
rows hold for every whole point of the yearly form, and so of what the aggregate form sees of it.
"""
