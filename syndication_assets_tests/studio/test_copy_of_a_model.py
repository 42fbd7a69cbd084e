"""A language model writes the copy of a brief: in the brand's voice, within the facts, the words and the budget."""

import json
from decimal import Decimal
from typing import Any

import pytest

from syndication_assets.content.review.reviewed_texts import ReviewError
from syndication_assets.content.review.text_decisions import approve, edit
from syndication_assets_tests.ai.chat_server import ChatServer, completion, error, post
from syndication_assets_tests.studio.studio_desk import StudioDesk

pytestmark = pytest.mark.one_server
TEXTS = {
    "en": "Come to our mill this week and see how tweed is woven by hand, thread by thread.",
    "de": "Besuchen Sie diese Woche unsere Weberei und sehen Sie, wie Tweed von Hand gewebt wird.",
    "ar": "زوروا مصنعنا هذا الأسبوع وشاهدوا كيف ننسج قماش التويد يدويًا خيطًا بعد خيط.",
}


def answer(text: str = TEXTS["en"], **changes: Any) -> Any:
    return post(text=text, hashtags=["Tweed"], call_to_action="", alt_text="", **changes)


def texts(desk: StudioDesk) -> list[dict[str, Any]]:
    return desk.records("select * from content.posts_content order by content_id")


def broken(desk: StudioDesk) -> dict[str, str]:
    return dict(
        desk.rows("select rule_name, reason from content.compliance_checks where not is_passed and severity = 'hard'")
    )


def test_the_brand_speaks_in_the_question_and_the_version_of_the_question_is_kept(desk: StudioDesk):
    desk.brand_version(
        voice="Plain, as a weaver talks.",
        messaging_guidelines="Says how it is made. Names no competitor.",
        usage_restrictions="No prices in headlines.",
        vocabulary=["Harris Tweed"],
        banned_words=["cheap", "bargain"],
    )
    desk.brief(audience="Walkers", style="Calm", call_to_action="Come and see.")
    desk.make()
    server = ChatServer(answer())
    (text,) = desk.write_with_model(server).texts
    assert text.is_compliant, broken(desk)
    (question,) = server.questions()
    for part in (
        "Plain, as a weaver talks.",
        "Says how it is made. Names no competitor.",
        "No prices in headlines.",
        "Harris Tweed",
        "cheap, bargain",
        "Walkers",
        "Calm",
        "Tweed, woven by hand",
    ):
        assert part in question
    assert server.requests[0]["response_format"]["type"] == "json_schema", "a structured answer"
    (stored,) = texts(desk)
    assert (stored["generator"], stored["model"], stored["prompt_version"]) == ("llm", "small", 1)
    assert "sk-canary" not in json.dumps(server.requests)


def test_without_a_model_no_question_has_a_version(desk: StudioDesk):
    desk.made()
    (stored,) = texts(desk)
    assert (stored["generator"], stored["prompt_version"]) == ("template", None)


def test_a_brand_that_says_nothing_adds_nothing_but_its_name(desk: StudioDesk):
    desk.brand_version(banned_words=[])
    desk.brief()
    desk.make()
    server = ChatServer(answer())
    desk.write_with_model(server)
    (question,) = server.questions()
    assert "You speak for the brand Mill." in question
    assert "Its voice" not in question
    assert "Never use these words, in upper" not in question


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_the_copy_is_in_the_language_of_the_brief(desk: StudioDesk, language: str):
    desk.brief(language=language, title="Tweed")
    desk.make()
    server = ChatServer(answer(TEXTS[language]))
    (text,) = desk.write_with_model(server).texts
    assert f"Write in the language {language}" in server.questions()[0]
    assert text.is_compliant, broken(desk)
    assert [each["language"] for each in texts(desk)] == [language]


def test_an_answer_in_another_language_is_sent_back(desk: StudioDesk):
    desk.brief(language="ar", title="Tweed")
    desk.make()
    english = f"{TEXTS['en']} Our weavers are glad to tell you about the looms and the wool."
    server = ChatServer(answer(english), answer(TEXTS["ar"]))
    (text,) = desk.write_with_model(server).texts
    assert (text.attempts, text.is_compliant) == (2, True)
    assert "language:" in server.questions()[1]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize(
    ("claim", "rule", "fact"),
    [(" £75.", "price_claims", "Three yards: £75.00"), (" 120 cm.", "size_claims", "It is 120 cm wide.")],
)
def test_a_claim_that_the_requester_did_not_state_is_refused_and_a_stated_one_is_not(
    desk: StudioDesk, language: str, claim: str, rule: str, fact: str
):
    desk.brief(language=language, title="Tweed", facts=[])
    desk.make()
    server = ChatServer(answer(TEXTS[language] + claim))
    (text,) = desk.write_with_model(server).texts
    assert len(server.requests) == 3
    assert rule in text.broken_rules
    (finding,) = (each for each in text.findings if each.rule_name == rule)
    assert "the list of facts of the brief" in str(finding.reason)
    assert "catalogue" not in str(finding.reason)
    (stored,) = texts(desk)
    assert stored["state"] == "needs_review"
    with pytest.raises(ReviewError, match=rule):
        approve(desk.url, stored["content_id"], "an approver")
    desk.execute("update studio.content_requests set state = 'archived'")
    desk.brief(language=language, title="Tweed", facts=[fact])
    desk.make()
    (other,) = desk.write_with_model(ChatServer(answer(TEXTS[language] + claim))).texts
    assert rule not in other.broken_rules


def test_a_banned_word_of_the_brand_is_refused_in_the_answer_and_in_an_edit(desk: StudioDesk):
    desk.brand_version(banned_words=["handmade"])
    desk.brief()
    desk.make()
    server = ChatServer(answer(f"{TEXTS['en']} Handmade, too."), answer())
    (text,) = desk.write_with_model(server).texts
    assert (text.attempts, text.is_compliant) == (2, True)
    assert "brand_banned_words: Mill never says 'handmade'" in server.questions()[1]
    _, reasons = edit(desk.url, text.post.content_id, "an editor", f"{TEXTS['en']} Handmade.\n\n#Tweed")
    assert reasons == ["brand_banned_words: Mill never says 'handmade'"]


def test_another_spelling_of_the_brands_own_words_is_said_and_stops_nothing(desk: StudioDesk):
    desk.brand_version(vocabulary=["TweedWorks"])
    desk.brief()
    desk.make()
    (text,) = desk.write_with_model(ChatServer(answer(f"{TEXTS['en']} Welcome to tweedworks."))).texts
    assert text.is_compliant
    (finding,) = [each for each in text.findings if each.rule_name == "brand_vocabulary"]
    assert (finding.severity, finding.reason) == ("soft", "Mill spells 'TweedWorks', not 'tweedworks'")


def test_when_the_model_is_down_the_copy_waits_and_the_next_run_writes_it(desk: StudioDesk):
    request_id = desk.brief()
    desk.make()
    run = desk.write_with_model(ChatServer(error(401, "invalid_api_key")))
    assert (run.texts, sum(run.unwritten.values())) == ([], 1)
    assert desk.state(request_id)[0] == "generated"
    assert texts(desk) == []
    assert len(desk.write_with_model(ChatServer(answer())).texts) == 1
    assert desk.state(request_id)[0] == "review"
    assert desk.value("select count(*) from content.posts_core") == 1


def test_an_answer_that_is_no_post_is_asked_for_once_more_and_then_waits(desk: StudioDesk):
    desk.brief()
    desk.make()
    server = ChatServer(completion("garbage"))
    run = desk.write_with_model(server)
    assert (len(server.requests), run.texts, sum(run.unwritten.values())) == (2, [], 1)


def test_a_budget_that_is_spent_leaves_the_copy_unwritten_and_asks_nothing(desk: StudioDesk):
    desk.execute(
        "insert into operations.api_prices (provider, model, price_version, valid_from, currency, input_price,"
        " cached_input_price, output_price) values ('127.0.0.1', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2)"
    )
    desk.insert("operations.budgets", "period", period="day", amount=Decimal("0.0001"), currency="USD")
    desk.brief()
    desk.make()
    server = ChatServer(answer())
    run = desk.write_with_model(server)
    assert (server.requests, run.texts) == ([], [])
    (reason,) = run.unwritten
    assert "budget" in reason
    desk.execute("delete from operations.budgets")
    assert len(desk.write_with_model(ChatServer(answer())).texts) == 1, "the negative control"
