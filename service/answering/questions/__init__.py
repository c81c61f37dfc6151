"""How a question is read: its kind, and its words in the spelling of the documents.

`kinds` tells questions that no sentence answers from ordinary ones, `variants` lists other ways to write the same
words, `spelling` finds the word that a misspelt one stands for, and `wording` applies both to a question.
"""
