use super::*;
use crate::normalise::normalise;
use crate::segment::{kinds, segment};

const KNOWN: [&str; 4] = [
    "Tarnwire",
    "Harbour Ledger",
    "Kessary Press Agency",
    "The Reed Post",
];

fn found(text: &str) -> Vec<Credit> {
    let words = normalise(text);
    let units = segment(text, &words);
    let kinds = kinds(text, &words, &units);
    credits(text, &words, &units, &kinds, &SourceNames::new(KNOWN))
}

/// Code and name of each, a `?` before a name that nobody knows.
fn names(text: &str) -> Vec<String> {
    let shown = |credit: Credit| {
        let known = if credit.source.is_some() { "" } else { "?" };
        format!("{} {known}{}", credit.how.code(), credit.name)
    };
    found(text).into_iter().map(shown).collect()
}

const NONE: [&str; 0] = [];

/// Texts whose names are others than wanted, all at once.
#[derive(Default)]
struct Wrong(Vec<(String, Vec<String>)>);

impl Wrong {
    fn note(&mut self, text: &str, wanted: &[&str]) {
        let names = names(text);
        if names != wanted {
            self.0.push((text.to_string(), names));
        }
    }
}

impl Drop for Wrong {
    fn drop(&mut self) {
        assert_eq!(self.0, []);
    }
}

#[test]
fn datelines_of_many_houses_name_their_agency() {
    let mut wrong = Wrong::default();
    for (text, wanted) in [
        (
            "PORT HALLAM (Tarnwire) - The ferry sank.",
            "dateline Tarnwire",
        ),
        (
            "PORT HALLAM, April 3 (Tarnwire) -- The ferry sank.",
            "dateline Tarnwire",
        ),
        (
            "DUNMERE (KPA) - It rained.",
            "dateline Kessary Press Agency",
        ),
        ("ORME (Hill News) - It rained.", "dateline ?Hill News"),
        ("TEHRAN (FNA)- It rained.", "dateline Fars News Agency"),
        (
            "TEHRAN, Apr. 03 (MNA) – It rained.",
            "dateline Mehr News Agency",
        ),
        ("(Reuters) - It rained.", "dateline Reuters"),
        ("TASNIM, Tehran — It rained.", "dateline Tasnim News Agency"),
        ("Berlin (dpa) - Es regnete.", "dateline dpa"),
        (
            "Paris, 3 mai 2031 (AFP) – Il a plu.",
            "dateline Agence France-Presse",
        ),
        ("Madrid, 3 abr (EFE).- Llovió.", "dateline EFE"),
        ("(ANSA) - ROMA, 3 APR - È piovuto.", "dateline ANSA"),
        ("BEIJING, April 3 (Xinhua) -- It rained.", "dateline Xinhua"),
        ("新华社北京5月3日电 水位下降。", "dateline Xinhua"),
        ("【北京共同】水位が下がった。", "dateline Kyodo"),
        ("МОСКВА, 3 апреля. /ТАСС/. Прошёл дождь.", "dateline TASS"),
        ("ANKARA (AA) - Yağmur yağdı.", "dateline Anadolu Agency"),
        ("تهران - ایرنا - باران آمد.", "dateline IRNA"),
        ("باريس (رويترز) - هطل المطر.", "dateline Reuters"),
        (
            "New Delhi [India], April 3 (ANI): It rained.",
            "dateline ANI",
        ),
        (
            "New Delhi, Apr 3 (PTI) It rained all day.",
            "dateline Press Trust of India",
        ),
    ] {
        wrong.note(text, &[wanted]);
        wrong.note(&format!("Rain at last\nBy Ann Lee\n\n{text}"), &[wanted]);
    }
    for text in [
        "The minister (Labour) - a baker - resigned from the old and tired party board (Tarnwire).",
        "Rain fell (about 3 in) - it was cold.",
        "The bank (AP) is closed.",
        "Senator Ann Lee (R-PA) Monday spoke of rain.",
        "Orme (PA) Mayor Ann Lee spoke of rain.",
    ] {
        wrong.note(text, &NONE);
    }
}

#[test]
fn a_dateline_is_placed_at_its_brackets() {
    let text = "Rain\n\n  PORT HALLAM (Tarnwire) - The ferry sank.";
    let found = found(text);
    assert_eq!(&text[found[0].place.clone().unwrap()], "(Tarnwire)");
    assert_eq!(found[0].line, "(Tarnwire)");
}

/// Credits, licences, bylines and page lines, each below a story.
#[test]
fn lines_that_name_sources_in_twelve_languages() {
    let mut wrong = Wrong::default();
    for (line, wanted) in [
        ("Source: TARNWIRE", "credit Tarnwire"),
        ("Source: Hill News", "credit ?Hill News"),
        ("Tarnwire contributed to this report.", "credit Tarnwire"),
        (
            "This story was first published by Tarnwire.",
            "credit Tarnwire",
        ),
        (
            "The article originally appeared in the Harbour Ledger.",
            "credit Harbour Ledger",
        ),
        ("(with inputs from ANI)", "credit ANI"),
        (
            "(This story has not been edited by our staff and is published from a PTI feed.)",
            "credit Press Trust of India",
        ),
        (
            "(The content of this article is sourced from a syndicated feed: IANS)",
            "credit IANS",
        ),
        (
            "The rain has ended, he said. (AFP)",
            "credit Agence France-Presse",
        ),
        (
            "All Content by Mehr News Agency is licensed under a licence.",
            "licence Mehr News Agency",
        ),
        (
            "All Content by Hill News Agency is licensed under a licence.",
            "licence ?Hill News Agency",
        ),
        ("© 2031 Tarnwire", "licence Tarnwire"),
        (
            "© 2031 Hill News. All rights reserved.",
            "licence ?Hill News",
        ),
        (
            "Copyright 2031 The Associated Press",
            "licence Associated Press",
        ),
        ("Follow the Harbour Ledger for more.", "page Harbour Ledger"),
        ("Contact: Dan Reed, 555-0100, Ann Tarnwire, 555-0101", ""),
        ("(avec AFP)", "credit Agence France-Presse"),
        (
            "Cet article a été initialement publié par Tarnwire.",
            "credit Tarnwire",
        ),
        ("Quelle: dpa", "credit dpa"),
        (
            "Dieser Text ist zuerst erschienen bei Tarnwire.",
            "credit Tarnwire",
        ),
        ("Con información de EFE", "credit EFE"),
        ("Fuente: Diario del Orme", "credit ?Diario"),
        ("Com informações da Lusa", "credit Lusa"),
        ("Fonte: Ansa.it", "credit ANSA"),
        ("المصدر: رويترز", "credit Reuters"),
        ("منبع: ایسنا", "credit ISNA"),
        ("منبع: روزنامه باران", "credit ?روزنامه باران"),
        ("Источник: ТАСС", "credit TASS"),
        ("Kaynak: Anadolu Ajansı", "credit Anadolu Agency"),
        ("来源：新华社", "credit Xinhua"),
        ("来源：山城网", "credit ?山城网"),
        ("提供：共同通信社", "credit Kyodo"),
    ] {
        let text = format!("Rain ended in Orme on Monday.\n\n{line}");
        let wanted: Vec<&str> = [wanted].into_iter().filter(|w| !w.is_empty()).collect();
        wrong.note(&text, &wanted);
    }
}

#[test]
fn what_a_story_cites_is_a_report_in_twelve_languages() {
    let mut wrong = Wrong::default();
    for (sentence, wanted) in [
        ("The ferry sank, Tarnwire reported on Monday.", "Tarnwire"),
        ("The ferry sank, presstv reported.", "Press TV"),
        (
            "According to the state news agency Tasnim, it rained.",
            "Tasnim News Agency",
        ),
        ("“It rained,” he told Reuters by telephone.", "Reuters"),
        (
            "The Mehr news agency said in a report that it rained.",
            "Mehr News Agency",
        ),
        ("It rained, the official IRNA news agency reported.", "IRNA"),
        ("Tarnwire’s report was denied.", "Tarnwire"),
        ("Il a plu, selon l'agence Reuters, lundi.", "Reuters"),
        (
            "Das berichtete die Nachrichtenagentur Reuters am Montag.",
            "Reuters",
        ),
        ("Laut Tarnwire regnete es am Montag in Orme.", "Tarnwire"),
        ("Llovió, según informó la agencia EFE el lunes.", "EFE"),
        ("Choveu, disse à Lusa o ministro na segunda.", "Lusa"),
        (
            "Secondo l'agenzia Reuters ha piovuto lunedì a Orme.",
            "Reuters",
        ),
        ("وأفادت وكالة رويترز بأن المطر هطل يوم الاثنين.", "Reuters"),
        (
            "به گزارش خبرگزاری تسنیم باران روز دوشنبه پس از یک هفته خشکی در شهر اورم بارید.",
            "Tasnim News Agency",
        ),
        (
            "В понедельник прошёл дождь, сообщает РИА Новости.",
            "RIA Novosti",
        ),
        (
            "Reuters'ın haberine göre pazartesi yağmur yağdı.",
            "Reuters",
        ),
        ("据新华社报道，周一下雨。", "Xinhua"),
        ("共同通信によると、月曜日に雨が降った。", "Kyodo"),
    ] {
        let text = format!("Rain ended.\n\n{sentence}\n\nIt was cold.");
        wrong.note(&text, &[&format!("report {wanted}")]);
    }
}

#[test]
fn a_report_is_placed_among_its_words_and_listed_once() {
    let text = "It rained on the hills for a whole day, Tarnwire reported on Monday.\n\
        Tarnwire reported it again.";
    let found = found(text);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].line,
        "the hills for a whole day, Tarnwire reported on Monday"
    );
    assert!(!found[0].how.is_of_the_text());
}

#[test]
fn a_name_in_the_story_is_no_credit() {
    let mut wrong = Wrong::default();
    for text in [
        "Tarnwire was sold on Monday.\nThe buyer is unknown.",
        "He read the Harbour Ledger.\nThen he left.",
        "According to the minister of Orme, it rained.\nThe AA said no.",
        "Laut Bericht sagte er: mehr Regen.\nEr ging.",
        "He told a reed post keeper.\nThen he left.",
        "According to the map it rained.\nHe told AP so.",
        "Then Ann Tarnwire reported to work.\nShe was late.",
        "“It rained,” Tarnwire said.\nHe is a baker.",
        "ORME (Sept. 12, 2031) - It rained.\nIt was cold.",
    ] {
        wrong.note(text, &NONE);
    }
}

#[test]
fn lines_signed_with_a_name() {
    let mut wrong = Wrong::default();
    let story = "Rain ended in Orme on Monday, the town said.\nIt had lasted for a week.";
    for (line, wanted) in [
        ("Tarnwire", "credit Tarnwire"),
        ("(Tarnwire)", "credit Tarnwire"),
        ("Tarnwire News Agency", "credit Tarnwire"),
        ("Ann Lee | Tarnwire", "byline Tarnwire"),
        ("Ann Lee, Tarnwire", "byline Tarnwire"),
        ("By Ann Lee, Tarnwire", "byline Tarnwire"),
        ("Rain ends in Orme | Tarnwire", "page Tarnwire"),
        ("Rain ends in Orme - Harbour Ledger", "page Harbour Ledger"),
    ] {
        wrong.note(&format!("{line}\n{story}"), &[wanted]);
    }
    assert_eq!(
        names(&format!("{story}\ndpa/Tarnwire")),
        ["credit dpa", "credit Tarnwire"]
    );
    assert_eq!(names(&format!("{story}\nTarnwire buys a boat")), NONE);
}

#[test]
fn addresses_of_known_outlets() {
    let text =
        "Rain ended in Orme, see https://www.reuters.com/world/31 for more of it.\nIt was cold.";
    let credits = found(text);
    assert_eq!(names(text), ["url Reuters"]);
    assert_eq!(&text[credits[0].place.clone().unwrap()], "www.reuters.com");
    assert_eq!(
        names("It rained.\n\nSource: mehrnews.com"),
        ["credit Mehr News Agency"]
    );
    assert_eq!(
        names("It rained, see hill.example or U.S. law.\nIt was cold."),
        NONE
    );
}

// Every place lies in the text and holds what the line says.
proptest::proptest! {
    #[test]
    fn places_hold_their_lines(parts in proptest::collection::vec(0usize..12, 0..8), noise in "\\PC{0,12}") {
        const PARTS: [&str; 12] = ["Tarnwire", " reported", "\n", "(AFP)", " - ", "Source: ", "PORT HALLAM ",
            "© 2031 ", "據新華社報道", "reuters.com ", "according to ", "رويترز "];
        let text: String = parts.iter().map(|&part| PARTS[part]).chain([noise.as_str()]).collect();
        for credit in found(&text) {
            let place = credit.place.unwrap();
            proptest::prop_assert_eq!(one_line(&text[place]), credit.line);
            proptest::prop_assert!(!credit.name.is_empty());
        }
    }
}
