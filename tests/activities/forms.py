"""What a browser would send of a form it was shown."""


def filled(response, **more):
    """Everything the page's form holds, with everybody present; ``more`` replaces or adds, None takes away."""
    form = response.context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if hasattr(value, "isoformat"):
            value = bound.field.widget.format_value(value)
        if value not in (None, ""):
            sent[bound.html_name] = value
    key = "version" if form.occasion.activity else "token"
    sent[key] = getattr(form, key)
    sent |= {line.name: line.mark or "present" for line in form.roll.lines}
    sent |= more
    return {name: value for name, value in sent.items() if value is not None}


def name_of(response, label):
    """The name of somebody's field."""
    [line] = [line for line in response.context["form"].roll.lines if line.label == label]
    return line.name


def errors_of(response):
    return [text for texts in response.context["form"].errors.values() for text in texts]
