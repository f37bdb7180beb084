"""How dates are written where a page does not say: the browser admin's lists, above all."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
