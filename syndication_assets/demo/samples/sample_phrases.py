"""The sentences of the sample texts, by topic and language. All invented."""

from dataclasses import dataclass

from syndication_assets.demo.samples.people import Language, Topic


@dataclass(frozen=True, slots=True)
class Phrases:
    """Openings, middles and endings that can be combined freely, and hashtags without the `#`."""

    openings: tuple[str, ...]
    middles: tuple[str, ...]
    endings: tuple[str, ...]
    hashtags: tuple[str, ...]


TOPIC_PHRASES: dict[Topic, Phrases] = {
    "kilts": Phrases(
        openings=(
            "Eight yards of cloth arrived this morning, and the workshop went quiet.",
            "A customer asked today how many pleats are too many.",
            "We tried a new green in the Glen Marmalade tartan.",
            "The old loom by the window has learnt a new song.",
        ),
        middles=(
            "The trick is to count twice, pin once, and never trust a tape measure that smiles.",
            "Hand stitching takes fourteen hours. Nobody ever wrote to us about a machine that hummed to the wool.",
            "Our apprentice pleated to the stripe, then to the sett, and then went for a long walk along the burn.",
            "A good kilt remembers the shape of the dance floor and forgives the second helping of pudding.",
            "The dyer swears by lichen and rainwater; the accountant swears by the price of lichen.",
        ),
        endings=(
            "What do you wear to a wedding in the rain?",
            "Come by on Thursday, the kettle is always on.",
            "Pleats first, meetings later.",
            "Photos of the finished piece follow next week.",
        ),
        hashtags=("Kilts", "Tartan", "SlowFashion", "HandMade", "GlenMarmalade", "Wool🧶", "HighlandWear"),
    ),
    "bakery": Phrases(
        openings=(
            "The starter is nine years old today and hungrier than ever.",
            "We burnt the first batch so that you do not have to.",
            "Forty loaves before sunrise, and one that refused to rise.",
            "A short note about salt.",
        ),
        middles=(
            "The dough tells you when it is ready; the timer only tells you when you are impatient.",
            "We moved the proofing baskets away from the door and gained an hour of calm every morning.",
            "Rye from the Windle farm behaves like a cat: it comes when it wants to, and only if you look away.",
            "Two per cent more water, one fold less, and suddenly the crumb looks like a lace curtain.",
            "The oven has three moods. We wrote all of them on the wall, next to the emergency butter.",
        ),
        endings=(
            "Which loaf would you take to a desert island?",
            "The recipe is on the counter, ask for Bram.",
            "Fresh until it is gone, which is usually ten o'clock.",
            "Bread is a team sport.",
        ),
        hashtags=("Sourdough", "Bakery", "SlowBread", "RyeLove", "Bread🍞", "EarlyShift", "Crumb"),
    ),
    "data": Phrases(
        openings=(
            "A file from Tuesday arrived on Friday, and nothing broke.",
            "We deleted four hundred lines of pipeline this week.",
            "Null is not zero, chapter twelve.",
            "Our smallest table caused our longest meeting.",
        ),
        middles=(
            "Every load can run twice now and leaves the same rows, which makes the night shift a reading club.",
            "The dashboard said up, the raw files said down, and the raw files brought receipts.",
            "A delta over a gap is a rumour: we flag it, draw it in grey, and go on with the day.",
            "Somebody summed a cumulative counter over a week. We baked a cake in memory of that chart.",
            "One transaction per day, any order, any number of times. It is less exciting than it sounds, on purpose.",
        ),
        endings=(
            "How do you test the day that never came?",
            "Land first, parse later.",
            "Slides and the cake recipe are in the first comment.",
            "Boring pipelines, interesting evenings.",
        ),
        hashtags=("DataEngineering", "PostgreSQL", "Dagster", "IdempotentLife", "LateData", "SQL", "Pipelines🚰"),
    ),
    "garden": Phrases(
        openings=(
            "The frost came early and the kale took it as a compliment.",
            "Six people, one wheelbarrow, no plan: a perfect Saturday.",
            "We counted the snails. They counted us.",
            "The compost reached sixty degrees and so did our enthusiasm.",
        ),
        middles=(
            "Moss is not a problem to be solved. It is a very slow colleague with excellent attendance.",
            "We labelled every seed bag this year, and only the labels were eaten by the mice.",
            "A bench facing the wrong way turned out to face the robins, so the bench stays.",
            "Our new beds follow the shade of the old pear tree, hour by hour, like the hand of a clock.",
            "The watering plan now fits on a postcard, and the postcard hangs where the hose used to leak.",
        ),
        endings=(
            "What are you planting before winter?",
            "Seed swap on Sunday, bring an envelope.",
            "The robins send their regards.",
            "Next week: what to do with nineteen pumpkins.",
        ),
        hashtags=("Gardening", "Compost", "SeedSwap", "MossLife", "SlowGarden", "Robin🐦", "Kale"),
    ),
}

LANGUAGE_PHRASES: dict[Language, Phrases] = {
    "german": Phrases(
        openings=(
            "Heute früh um vier war der Teig schon wach.",
            "Kleine Übung für große Gärten: erst schauen, dann säen.",
            "Drei Körbe Brötchen, zwei Füchse vor der Tür.",
        ),
        middles=(
            "Wir haben die Öfen neu verfugt, und plötzlich backt auch die hinterste Ecke gleichmäßig.",
            "Das Moos wächst schöner, seit niemand mehr darüber spricht, und die Vögel übernehmen die Aufsicht.",
            "Wer zählt, gewinnt Übersicht; wer zweimal zählt, gewinnt Vertrauen und verpasst den Kaffee.",
        ),
        endings=(
            "Was wächst bei euch im Spätherbst?",
            "Schönes Wochenende und warme Füße!",
            "Das Rezept hängt außen an der Tür.",
        ),
        hashtags=("Gärtnern", "Brötchenglück", "Frühschicht", "Süßgebäck", "Öfen", "Handwerk🥨"),
    ),
    "arabic": Phrases(
        openings=(
            "رائحة الخبز تسبق الشمس إلى السوق.",
            "زرعنا اليوم صفا جديدا من النعناع.",
            "سؤال صغير عن الصبر والعجين.",
        ),
        middles=(
            "تعلمنا أن العجين يحتاج إلى الهدوء أكثر مما يحتاج إلى الطحين، وأن الساعة ليست دائما على حق.",
            "كل صباح نكتب درجة حرارة الفرن في دفتر قديم، والدفتر صار أفضل معلم في المخبز.",
            "الحديقة تكبر ببطء، ونحن نكبر معها، والعصافير تراقب العمل من فوق السور.",
        ),
        endings=("ماذا تزرعون هذا الشتاء؟", "أهلا بكم يوم الخميس.", "الوصفة عند الباب."),
        hashtags=("خبز", "حديقة", "مخبز_الورد", "صباح_الخير", "نعناع🌿"),
    ),
    "japanese": Phrases(
        openings=(
            "今朝の庭は霧の中でした。",
            "新しい酵母に名前をつけました。",
            "データも野菜も、育つのを待つのが仕事です。",
        ),
        middles=(
            "急いで混ぜると生地は怒りますが、ゆっくり混ぜると歌います。今日は小さな声で歌っていました。",
            "遅れて届いたファイルを読み直しても、数字は一つも変わりませんでした。静かな夜に乾杯です。",
            "苔の上に落ちた葉を一枚ずつ拾いながら、来年の種のことを考えています。",
        ),
        endings=("皆さんの庭には何が咲いていますか。", "木曜日にお待ちしています。", "続きはまた来週。"),
        hashtags=("パン作り", "庭仕事", "苔のある暮らし", "データ基盤", "酵母🍞"),
    ),
}
