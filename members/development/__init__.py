"""Development (发展党员): from the application to full membership, in five stages and twenty-five steps.

``rules`` says what 《中国共产党发展党员工作细则》 asks, ``steps`` is the transition table, ``progress`` what a person
has behind him, ``planning`` what comes next and when; ``recording`` is the one door through which a step is written.
"""
