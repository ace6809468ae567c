use super::*;
use crate::normalise::normalise;
use proptest::prelude::*;

fn shown(text: &str) -> Vec<&str> {
    segment(text, &normalise(text))
        .iter()
        .map(|unit| &text[unit.start..unit.end])
        .collect()
}

/// The canonical words of every unit.
fn words_of_units(text: &str) -> Vec<String> {
    let normalised = normalise(text);
    segment(text, &normalised)
        .iter()
        .map(|unit| {
            normalised
                .words(unit.first_token, unit.end_token)
                .to_owned()
        })
        .collect()
}

/// Breaks lines greedily at `width` characters, paragraphs apart.
fn wrap(paragraphs: &[String], width: usize, between: &str, indent: &str) -> String {
    let mut wrapped = Vec::new();
    for paragraph in paragraphs {
        let mut lines: Vec<String> = Vec::new();
        for word in paragraph.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                Some(_) => lines.push(word.to_owned()),
                None => lines.push(format!("{indent}{word}")),
            }
        }
        wrapped.push(lines.join("\n"));
    }
    wrapped.join(between)
}

/// The traps of newswire English and some of other scripts: what should be
/// found, `|` between units that stand apart, `¦` between those that do not.
const CASES: &[&str] = &[
    "The U.S. Senate voted on Friday.|It took an hour.",
    "He left the U.S.|The trip was long.",
    "Gen. Ama Adu met Sen. Ruth Bell of Ohio.|They spoke.",
    "It opened on Sept. 3 and closed on Oct. 9.|Few came.",
    "See No. 5 on the list.|It is wrong.",
    "He said no.|She said yes.",
    "J. R. Marsh wrote it.|Nobody read it.",
    "George W. Hale won.|Voters cheered.",
    "Prices rose 2.5 percent.|Wages fell 1.25 percent.",
    "It cost $3.50.|That was cheap.",
    "\"We will go.\"|Then they went.",
    "“We will go,” she said.|“Tomorrow.”|Nobody spoke.",
    "“Will you go?” he asked.|She nodded.",
    "He waited ... and waited.|Nothing came.",
    "He waited...|Nothing came.",
    "It began at 5 p.m. on Monday.|It ended at noon.",
    "It began at 5 p.m.|The rain had stopped.",
    "Marsh Inc. said profit fell.|Shares rose.",
    "Profit fell at Marsh Inc.|The shares rose.",
    "Sen. Bell, D-Calif., and Rep. Low, R-Pa., agreed.|A vote is due.",
    "Dr. Hu works for St. Mary's hospital.|It is small.",
    "Mr. and Mrs. Hale moved to Washington, D.C., in May.|They like it.",
    "Really?|Yes!|Good.",
    "It ended (badly).|We left.",
    "It ended.|(Nobody cared.)|We left.",
    "The ship, e.g. Dawn or i.e. Dusk, sank.|All lived.",
    "1. Open the door.|2. Close the door.",
    "Smith v. Jones was heard.|It was dull.",
    "Visit example.com.|It is free.",
    "The site example.com is free.|Use it.",
    "In 2031.|Forty ships sailed.",
    "It sold 40 ships in 2031.|12 sank.",
    "Lt. Col. B. Low spoke.|He was brief.",
    "The dept. of works closed.|Nobody noticed.",
    "She studied art.|He studied law.",
    "Martin Luther Hale Jr. spoke.|The crowd sang.",
    "They ate apples, pears, etc.|Then they slept.",
    "Ph.D. students came.|They ate.",
    "He asked, “Why?”|No one knew.",
    "‘It is done.’|He sat down.",
    "The U.N. Security Council met.|It adjourned.",
    "At 6 a.m. Friday the U.S. Coast Guard sailed.|It was dark.",
    "The vote was 5 to 4 vs. 6 to 3 before.|Odd.",
    "Fig. 3 shows it.|Fig. 4 does not.",
    "He lives on Main St. in Ames.|She lives nearby.",
    "“I know,” said Ann.|“You don't.”",
    "水位下降了。¦专家说：“很好。”¦记者离开。",
    "渡轮停航了。¦“明天再来。”¦她说完就走了。",
    "雨がやんだ。¦「行こう。」と彼は言った。¦終わり。",
    "باران آمد؟|بله.|تمام شد.",
    "बारिश हुई।|लोग घर गए।",
    "It failed.¦The mayor left.|Crews stayed.",
    "ARDEA, D.C. - A bridge fell.|Nobody was hurt.",
    "Ça va?|Très bien!|Élise est là.",
    // Times before a title.
    "At 6 a.m. Dr. Hu went home.|She left at 9 P.M.|Mr. Hale stayed.",
    "The vote is at 7 p.m. Friday.|Few will come.",
    // Lists on one line.
    "1.) Open the door|2.) Close the door",
    "1) Wet the cloth|2) Wipe the pane|3) Dry it",
    "1. Open the door|2. Close the door",
    "(a) Pay the fee;|(b) leave the town.",
    "• 3. Blankets|• 4. Lamps",
    "⁃3. Blankets|⁃4. Lamps",
    "a. Bring water b and c|b. Bring bread|c. Go home",
    "By Ana Loor|• Marnby|• Two photographs",
    // Letters and numbers.
    "It lies at N°. 31.204.7.|Nobody goes there.",
    "They left, she and I.|Then Carl I. Marsh came.",
    "The GEN. ADU bridge fell.|SENS. McCALL AND LOW SPOKE",
    "She reads the FT.|Marsh does not.",
    "The clock showed 10.30.|Version 3.1.4 runs.|It is new.",
    "Mail a.loor@marnby.example.|Follow #Marnby.|Now.",
    // Ellipses of every make.
    "\"They [...] ran the boats [...]\" (Hale 31).|It rained.",
    "Leave the rest out as we did . . . .|Next case.",
    "I think ... perhaps . . . I was wrong, or … I was not.|So be it.",
    "It was left . . . to the boats.|. . . The boats had gone. . . .",
    "He waited…|Nothing came.",
    "They came and...Mr. Hale left.",
    "They came and…Mr. Hale left.",
    "She came (?) and left (!) Then it rained.",
    // Quotations of several sentences.
    "He said: 'It fell.|Nobody left.'|Then he went.",
    "„Es ist vorbei.“|Danach ging er.",
    "« Il pleut. »|Il part.|Vraiment ?|Oui !",
    "»Es brennt!«|Alle liefen.",
    // Other languages.
    "Er kam am 3. Mai nach Orme.|Im 20. Jahrhundert war das z. B. anders.",
    "Es fehlen bzw. Kinder fehlen usw.|Der Rest blieb, d. h. Alte.",
    "M. Loor et Mme. Adu sont là.|J.-C. Roux vient le 3 janv. 2031.",
    "¿Vendrá?|¡Qué día!|El Sr. Loor y la sra. Adu viven en EE.UU. desde 2031.",
    "Il sig. Loor disse: «Piove.»|Poi uscì.",
    // Other scripts.
    "قال الوزير إن الجسر مغلق.|هل يفتح غدا؟|لا أحد يعلم!|وصل د. علي.",
    "پل بسته شد۔|کیا وہ کھلے گا؟|کوئی نہیں جانتا۔",
    "वे आए ।|डॉ. राम गए॥|सब बैठे।",
    "真的吗?¦是的……他走了。¦温度是３．５度。",
    "Կամուրջը փակվեց։|Մարդիկ գնացին։",
    "ድልድዩ ተዘጋ።|ለምን፧|ማንም አያውቅም።",
    "တံတားကို ပိတ်ခဲ့သည်။|လူများ ပြန်ကြသည်။",
    "ស្ពានត្រូវបានបិទ។|មនុស្សបានទៅវិញ។",
    "สะพานเก่าถูกปิดเมื่อวันจันทร์ นักดำน้ำพบรอยร้าว",
];

/// The text of a case and the units wanted.
fn case(case: &str) -> (String, Vec<&str>) {
    let text = case.replace('|', " ").replace('¦', "");
    (text, case.split(['|', '¦']).collect())
}

#[test]
fn sentences_end_where_a_reader_says() {
    for (text, wanted) in CASES.iter().map(|line| case(line)) {
        assert_eq!(shown(&text), wanted);
    }
}

/// The count in the module documentation.
#[test]
fn a_library_of_rules_finds_fewer() {
    let right = |line: &&&str| {
        let (text, wanted) = case(line);
        let language = match text.chars().next() {
            Some('\u{530}'..='\u{58F}') => "hy",
            Some('\u{600}'..='\u{6FF}') => "ar",
            Some('\u{900}'..='\u{97F}') => "hi",
            Some('\u{1000}'..='\u{109F}') => "my",
            Some('\u{1200}'..='\u{137F}') => "am",
            Some('\u{3000}'..='\u{9FFF}') => "ja",
            _ => "en",
        };
        let found: Vec<&str> = sentencex::segment(language, &text)
            .into_iter()
            .map(str::trim)
            .filter(|sentence| !sentence.is_empty())
            .collect();
        found == wanted
    };
    let found = CASES.iter().filter(right).count();
    assert_eq!((found, CASES.len()), (74, 96));
}

#[test]
fn lists_of_words_are_sorted() {
    for list in abbreviations::LISTS {
        assert!(list.is_sorted(), "{list:?}");
        let longest = list.iter().map(|word| word.len()).max();
        assert!(longest <= Some(abbreviations::LONGEST), "{list:?}");
    }
}

#[test]
fn headlines_and_paragraphs_a_line_stay_apart() {
    let text = "Floods end in Ostia\nOSTIA — The river fell on Friday. Crews left.\n\
                Schools open again, the mayor said on Saturday at the bridge\nLeave a Comment";
    assert_eq!(
        shown(text),
        [
            "Floods end in Ostia",
            "OSTIA — The river fell on Friday.",
            "Crews left.",
            "Schools open again, the mayor said on Saturday at the bridge",
            "Leave a Comment"
        ]
    );
}

#[test]
fn a_short_first_line_of_a_wrapped_text_goes_on() {
    let text = "The river authority said on Friday\nthat the level at the old bridge in the town of Ostia had\n\
                fallen by two metres since Monday, and that the Northern\nDistrict was dry.\n    \
                Crews will leave on Sunday.\n AGENCY\n";
    assert_eq!(shown(text).len(), 3);
    assert_eq!(shown(text)[2], "AGENCY");
}

/// Scripts without spaces: a wrap leaves no trace but the line end.
#[test]
fn a_wrap_between_letters_changes_no_unit() {
    let chinese = "河水管理局周五说，旧桥的水位自周一以来下降了两米。专家说：“情况比预计的要好得多。”记者随后离开了现场，没有人受伤……\
                   真的吗？市长说：「会的！」他又说，北区已经干了，学校将于周一在旧楼里重新开学。";
    let japanese = "川の管理局は金曜日に、古い橋の水位が月曜日から二メートル下がったと述べた。「もう安全だ。」と市長は語った。\
                    北の地区はすでに乾いており、学校は月曜日に再開される。『帰ろう！』彼女は言った。";
    let thai = "สะพานเก่าที่เมืองมานบีถูกปิดเมื่อวันจันทร์หลังจากนักดำน้ำพบรอยร้าวในเสาสองต้น ผู้ว่าการกล่าวว่าจะเปิดอีกครั้งในเดือนหน้า รถประจำทางจะวิ่งอ้อมไปทางเมืองออร์ม";
    // A wrap may also part a mark from its letter, which is then a word.
    let units_of = |text: &str| -> Vec<String> {
        let units = words_of_units(text);
        units.iter().map(|words| words.replace(' ', "")).collect()
    };
    for (text, units) in [(chinese, 5), (japanese, 5), (thai, 1)] {
        let wanted = units_of(text);
        assert_eq!(wanted.len(), units, "{text}");
        let letters: Vec<char> = text.chars().collect();
        for width in 12..30 {
            let lines = letters
                .chunks(width)
                .map(|line| line.iter().collect::<String>());
            let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
            assert_eq!(units_of(&lines.join("\n")), wanted, "at {width}");
            assert_eq!(units_of(&lines.join("\r\n")), wanted, "at {width}");
        }
    }
}

#[test]
fn a_dash_at_a_line_start_is_an_item_or_goes_on() {
    let wrapped = "The county closed the bridge on Monday and opened a ferry\n\
                   - Orme had asked for two - so that the market could be\n\
                   held as it has been since the town was founded.";
    assert_eq!(shown(wrapped).len(), 1);
    assert_eq!(
        shown("Needed:\n- Blankets\n- Water for ten days\n- bread").len(),
        4
    );
}

#[test]
fn a_wrap_shows_in_its_widths_where_every_line_begins_with_a_capital() {
    let text = "Marsh Holdings of Ostia said it had sold its share in\n\
                Pontia Lines, Gabii Ferries and the Ardea Docks to\n\
                Lavinia Harbour Trust, a company that belongs to the\n\
                Hale family of Veii and to Ostia Town Council.";
    assert_eq!(shown(text).len(), 1);
    let list = "Town Council of Ostia and Pontia\nHarbour Trust\nThe Hale Family of Veii\n\
                Marsh Holdings, a company of Lavinia\nGabii Ferries";
    assert_eq!(shown(list).len(), 5);
}

#[test]
fn an_address_in_small_letters_goes_on_with_nothing() {
    let text = "More on the bridge at Marnby\nhttps://marnby.example/bridge\nwww.orme.example";
    assert_eq!(shown(text).len(), 3);
    assert_eq!(
        shown("Whereas Ostia is old; and\nWhereas Pontia is not;").len(),
        2
    );
}

#[test]
fn lists_and_tables_keep_their_lines() {
    assert_eq!(
        shown("Ostia 2 Pontia 1\nLavinia 0 Ardea 0\nVeii 3 Gabii 3").len(),
        3
    );
    assert_eq!(
        shown("Needed:\n• Blankets\n• Water for\n  ten days").len(),
        4
    );
    assert_eq!(
        shown("NET 17 MLN VS 19 MLN\nSHR 77 CTS VS 84 CTS\nREVS 60 MLN").len(),
        3
    );
}

#[test]
fn symbols_are_units_without_tokens() {
    let text = "One.\n\n* * *\n\nTwo.";
    let units = segment(text, &normalise(text));
    let lengths: Vec<usize> = units.iter().map(Unit::len).collect();
    assert_eq!(lengths, [1, 0, 1]);
    assert!(segment(" \n\t", &normalise(" \n\t")).is_empty());
    assert_eq!(shown("…"), ["…"]);
}

#[test]
fn long_odd_input_takes_linear_time() {
    for piece in [
        "a",
        "a. ",
        ". ",
        "\"",
        "\n",
        "A.\n",
        "水。",
        "(\n",
        "\r",
        "e\u{301} ",
        "水。\n",
        "」",
        "。 」 ",
        ". . ",
        "• ",
        "1. A ",
        "a) ",
        "(U.S. ",
        "- a\n",
    ] {
        let text = piece.repeat(200_000);
        let units = segment(&text, &normalise(&text));
        assert!(units.len() <= text.len());
    }
    // One sentence that begins with signs, and looks back at its first word.
    let text = "(".repeat(400_000) + "x" + &" U.S. Troops".repeat(100_000);
    assert_eq!(segment(&text, &normalise(&text)).len(), 1);
}

fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9]{1,6}",
        "[ \n\r\t]{1,3}",
        "[.!?…。”\"')(*-]{1,3}",
        "[水雨はと、。」「]{1,4}",
        "[\u{300}-\u{303}\u{200B}\u{A0}\u{2028}½\u{B4}]{1,2}",
        Just("U.S. ".to_owned()),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn paragraphs() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        30 => "[a-z]{1,10}[xyz]{2}",
        1 => "[A-Z][a-z]{5,8}",
        1 => Just("U.S. troops".to_owned()),
        1 => Just("Gen. Adu".to_owned()),
        2 => "[a-z]{2,8}x,",
    ];
    let sentence = (prop::collection::vec(word, 8..25), "[.?!]").prop_map(|(words, end)| {
        let sentence = words.join(" ") + &end;
        let mut letters = sentence.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        first + letters.as_str()
    });
    let paragraph = prop::collection::vec(sentence, 2..6).prop_map(|list| list.join(" "));
    prop::collection::vec(paragraph, 3..8)
}

proptest! {
    #[test]
    fn units_keep_their_laws(text in odd_text()) {
        let normalised = normalise(&text);
        let units = segment(&text, &normalised);
        let (mut byte, mut token) = (0, 0);
        for unit in &units {
            prop_assert!(unit.start < unit.end && unit.start >= byte);
            prop_assert!(text[byte..unit.start].trim().is_empty());
            let visible = &text[unit.start..unit.end];
            prop_assert_eq!(visible.trim(), visible);
            prop_assert_eq!(unit.first_token, token);
            prop_assert!(unit.end_token >= token);
            for token in &normalised.tokens()[unit.first_token..unit.end_token] {
                prop_assert!(token.end as usize > unit.start && token.end as usize <= unit.end);
            }
            (byte, token) = (unit.end, unit.end_token);
        }
        prop_assert!(text[byte..].trim().is_empty());
        prop_assert_eq!(token, normalised.len());
    }

    #[test]
    fn units_do_not_depend_on_wrapping(text in paragraphs(), width in 30_usize..80) {
        let wanted = words_of_units(&text.join("\n"));
        prop_assert_eq!(&words_of_units(&text.join("\r\n\r\n")), &wanted);
        prop_assert_eq!(&words_of_units(&text.join(" ")), &wanted);
        prop_assert_eq!(&words_of_units(&wrap(&text, width, "\n\n", "")), &wanted);
        prop_assert_eq!(&words_of_units(&wrap(&text, width, "\n", "    ")), &wanted);
    }
}
