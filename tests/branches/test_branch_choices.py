"""A select of organisations: what Django itself would write, in one query and without an object for each."""

import pytest
from django import forms

from branches.forms import BranchChoiceField
from branches.models import Branch
from tests import cast

pytestmark = pytest.mark.django_db


class Asked(forms.Form):
    branch = BranchChoiceField(Branch.objects.none(), required=False, empty_label="全部")

    def __init__(self, *data):
        super().__init__(*data)
        self.fields["branch"].queryset = Branch.objects.filter(level="branch").order_by("order_key")


@pytest.fixture
def school():
    return cast.a_university()


def test_options_are_indented_and_the_chosen_one_is_marked(school, django_assert_num_queries):
    form = Asked({"branch": str(school.students.pk)})
    form.full_clean()  # asks for the chosen one
    with django_assert_num_queries(1):
        text = str(form["branch"])
    assert text == (
        '<select name="branch" id="id_branch"><option value="">全部</option>'
        f'<option value="{school.teachers.pk}">　　物理教师党支部</option>'
        f'<option value="{school.students.pk}" selected>　　物理学生党支部</option>'
        f'<option value="{school.musicians.pk}">　　音乐教师党支部</option></select>'
    )


def test_nothing_chosen_is_the_blank_choice(school):
    assert '<option value="" selected>全部</option>' in str(Asked()["branch"])


def test_a_name_is_text(school):
    Branch.objects.filter(pk=school.teachers.pk).update(short_name='<b>"支部"</b>')
    assert "&lt;b&gt;&quot;支部&quot;&lt;/b&gt;" in str(Asked()["branch"])


def test_what_is_chosen_is_an_organisation(school):
    form = Asked({"branch": str(school.students.pk)})
    assert form.is_valid()
    assert form.cleaned_data["branch"] == school.students
    assert not Asked({"branch": str(school.root.pk)}).is_valid()
