"""What a switched-on model says of one contact, as one number that every engine adds up and as reasons in words.

A number holds a digit a question (answering has two: of the contact, and of the person): 0 says nothing, else which feature
pushes the chance furthest from the usual, and whether it makes it likelier. `BEST_HOUR` marks a contact whose hour the model chose.
"""

QUESTION_FEATURES: dict[str, tuple[str, ...]] = {
    "answers": ("channel", "weekday", "hour", "company", "contacts_before", "answers_before", "days_since"),
    "pays_alone": (
        "kind", "product", "company", "weekday", "month_day", "times_before", "alone_before", "worst_before", "age_days",
    ),
    "keeps_promise": ("days_ahead", "weekday", "month_day", "times_rescheduled", "kept_before", "broken_before"),
}  # fmt: skip
OF_CONTACT = ("channel", "weekday", "hour")  # features of answering that the contact has, whoever the person is
DIGIT = 32
_PLACES = (("answers", True), ("answers", False), ("pays_alone", False), ("keeps_promise", False))
BEST_HOUR = DIGIT ** len(_PLACES)
_HEADS = {
    ("answers", True): ("Es más probable que conteste", "An answer is likelier"),
    ("answers", False): ("Es menos probable que conteste", "An answer is less likely"),
    ("pays_alone", True): ("Es más probable que pague sin contacto", "Payment without a contact is likelier"),
    ("pays_alone", False): ("Es menos probable que pague sin contacto", "Payment without a contact is less likely"),
    ("keeps_promise", True): ("Es más probable que cumpla su promesa", "The promise is likelier to be kept"),
    ("keeps_promise", False): ("Es menos probable que cumpla su promesa", "The promise is less likely to be kept"),
}
FEATURE_WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("answers", "channel"): ("por este canal", "by this channel"),
    ("answers", "weekday"): ("por el día de la semana", "because of the day of the week"),
    ("answers", "hour"): ("por la hora", "because of the hour"),
    ("answers", "company"): ("por ser persona o empresa", "because it is a person or a company"),
    ("answers", "contacts_before"): ("por los contactos recientes", "because of recent contacts"),
    ("answers", "answers_before"): ("por cómo ha contestado", "because of past answers"),
    ("answers", "days_since"): ("por el tiempo desde el último contacto", "because of the time since the last contact"),
    ("pays_alone", "kind"): ("por el tipo de obligación", "because of the kind of obligation"),
    ("pays_alone", "product"): ("por el producto", "because of the product"),
    ("pays_alone", "company"): ("por ser persona o empresa", "because it is a person or a company"),
    ("pays_alone", "weekday"): ("por el día en que empezó el atraso", "because of the weekday the delay began"),
    ("pays_alone", "month_day"): ("por la fecha en que empezó el atraso", "because of the date the delay began"),
    ("pays_alone", "times_before"): ("por los atrasos anteriores", "because of earlier delays"),
    ("pays_alone", "alone_before"): (
        "por las veces que pagó sin contacto",
        "because of earlier payments without a contact",
    ),
    ("pays_alone", "worst_before"): ("por su atraso más largo", "because of the longest delay"),
    ("pays_alone", "age_days"): ("por la antigüedad de la obligación", "because of the obligation's age"),
    ("keeps_promise", "days_ahead"): ("por el plazo de la promesa", "because of how far ahead it is"),
    ("keeps_promise", "weekday"): ("por el día prometido", "because of the promised weekday"),
    ("keeps_promise", "month_day"): ("por la fecha prometida", "because of the promised date"),
    ("keeps_promise", "times_rescheduled"): ("por los cambios de fecha", "because of changes of date"),
    ("keeps_promise", "kept_before"): ("por las promesas cumplidas", "because of promises kept"),
    ("keeps_promise", "broken_before"): ("por las promesas incumplidas", "because of promises broken"),
}
BEST_HOUR_REASON = "model-best-hour"


def push_code(question: str, feature: str, *, is_more: bool) -> int:
    """The digit of one question at its place."""
    place = _PLACES.index((question, question == "answers" and feature in OF_CONTACT))
    digit = 1 + 2 * QUESTION_FEATURES[question].index(feature) + int(is_more)
    return int(digit * DIGIT**place)


def told_codes(told: int) -> list[str]:
    """The reasons that a number holds."""
    codes = [BEST_HOUR_REASON] if told >= BEST_HOUR else []
    for place, (question, _is_of_contact) in enumerate(_PLACES):
        digit = told // DIGIT**place % DIGIT
        if digit:
            feature = QUESTION_FEATURES[question][(digit - 1) // 2]
            codes.append(_code(question, feature, is_more=digit % 2 == 0))
    return codes


def model_reasons() -> list[tuple[str, str, str]]:
    """(code, Spanish, English) of everything that a model may say."""
    found = [
        (
            BEST_HOUR_REASON,
            "Sale a la hora permitida en que es más probable que conteste.",
            "It goes at the permitted hour at which an answer is likeliest.",
        )
    ]
    for (question, feature), (spanish, english) in FEATURE_WORDS.items():
        for is_more in (True, False):
            head = _HEADS[question, is_more]
            code = _code(question, feature, is_more=is_more)
            found.append((code, f"{head[0]} {spanish}.", f"{head[1]} {english}."))
    return found


def feature_words(question: str, feature: str, language: str) -> str:
    """What a feature is, for the page of models."""
    return FEATURE_WORDS[question, feature][0 if language == "es" else 1]


def _code(question: str, feature: str, *, is_more: bool) -> str:
    return f"model-{question}-{feature}-{'more' if is_more else 'less'}"
