//! The names of the outlets of nine languages, and how they name one another.

/// The press of a language.
pub struct Press {
    pub language: &'static str,
    pub agencies: &'static [&'static str],
    pub papers: &'static [&'static str],
    pub portals: &'static [&'static str],
    pub broadcasters: &'static [&'static str],
    pub places: &'static [&'static str],
    /// `{}` stands for a name.
    pub credits: &'static [&'static str],
}

pub const PRESSES: &[Press] = &[
    Press {
        language: "English",
        agencies: &["Brackwire", "Ostland Press Agency", "Corva News Service"],
        papers: &[
            "Milden Courier",
            "Port Essel Ledger",
            "The Hallow Gazette",
            "Wexmoor Chronicle",
            "Tidewater Herald",
            "Norsey Argus",
            "Quillan Examiner",
            "Dunmarsh Mercury",
        ],
        portals: &["NewsQuay", "Dailyfold", "Pagewell", "The Morning Stack"],
        broadcasters: &["Radio Ember", "Channel Forty", "KVO News", "Fjordcast"],
        places: &["OSTRAND", "PORT ESSEL", "MILDEN", "KAR VALE"],
        credits: &[
            "Source: {}",
            "{} contributed to this report.",
            "This story was first published by {}.",
            "With files from {}",
            "{} reported.",
            "Copyright 2031 {}. All rights reserved.",
        ],
    },
    Press {
        language: "French",
        agencies: &["Agence Lorvaine"],
        papers: &[
            "Le Courrier de Brenne",
            "La Gazette de Viveline",
            "Écho de Sarlac",
            "Le Matin du Vaudois",
        ],
        portals: &["Infofil", "Actuplace"],
        broadcasters: &[],
        places: &["BRENNE", "SARLAC", "ARVEL"],
        credits: &["Source : {}", "Avec {}", "Article publié par {}"],
    },
    Press {
        language: "German",
        agencies: &["Wortdienst Nord"],
        papers: &[
            "Mündener Anzeiger",
            "Osterbote",
            "Neue Havelzeitung",
            "Tagblatt Rheda",
        ],
        portals: &["Meldung24", "Nachrichtenkiste"],
        broadcasters: &[],
        places: &["RHEDA", "MÜNDEN", "OSTERHOLT"],
        credits: &[
            "Quelle: {}",
            "Mit Material von {}",
            "Zuerst erschienen in {}",
        ],
    },
    Press {
        language: "Russian",
        agencies: &["Агентство Полюс"],
        papers: &[
            "Вестник Орла",
            "Речная газета",
            "Северный курьер",
            "Голос Тавды",
        ],
        portals: &["Сводка24", "Лента Дня"],
        broadcasters: &[],
        places: &["ТАВДА", "ОРЁЛ", "КАМЕНКА"],
        credits: &["Источник: {}", "По материалам {}", "Об этом сообщает {}"],
    },
    Press {
        language: "Arabic",
        agencies: &["وكالة سهيل للأنباء"],
        papers: &[
            "صحيفة المرسى",
            "جريدة الأفق الجديد",
            "صدى الوادي",
            "يومية النخيل",
        ],
        portals: &["بوابة الميناء", "موجز الساعة"],
        broadcasters: &[],
        places: &["المرسى", "الوادي", "سهيل"],
        credits: &["المصدر: {}", "نقلا عن {}"],
    },
    Press {
        language: "Turkish",
        agencies: &["Bozkır Ajansı"],
        papers: &["Körfez Postası", "Yeni Ovacık", "Kıyı Gazetesi"],
        portals: &["Haberdolu"],
        broadcasters: &["Kanal Yeditepe", "Radyo Ege Sesi"],
        places: &["OVACIK", "KÖRFEZ"],
        credits: &["Kaynak: {}", "{} bildirdi."],
    },
    Press {
        language: "Chinese",
        agencies: &["岭南通讯社"],
        papers: &["江北日报", "海门晚报", "新渡报"],
        portals: &["快读网"],
        broadcasters: &["七星电视台", "东岸广播"],
        places: &["江北", "海门"],
        credits: &["来源：{}", "据{}报道"],
    },
    Press {
        language: "Persian",
        agencies: &["خبرگزاری سپهر"],
        papers: &["روزنامه کاوش", "پیام کویر", "ندای جنوب"],
        portals: &["خبرچین"],
        broadcasters: &["شبکه آوا", "رادیو کاروان"],
        places: &["کویر", "جنوب"],
        credits: &["منبع: {}", "به نقل از {}"],
    },
    Press {
        language: "Hindi",
        agencies: &["दीप समाचार एजेंसी"],
        papers: &["नदी टाइम्स", "दैनिक पूर्वा", "जन प्रहरी"],
        portals: &["खबरगाँव"],
        broadcasters: &["सप्तक टीवी", "रेडियो मेघ"],
        places: &["पूर्वा", "नदीपुर"],
        credits: &["स्रोत: {}", "{} के अनुसार"],
    },
];

/// Presses of the ordinary world; those behind them are held out, but the first is in both.
pub const ORDINARY: usize = 5;
pub const ENGLISH_TOP: &[&str] = &[
    "{} | Home | News | Sport | Weather",
    "Listen to this article",
    "{}: the voice of the valley since 1911",
    "Support {} from two marks a month",
];
pub const ENGLISH_BOTTOM: &[&str] = &[
    "Sign up for the {} morning letter",
    "Follow {} on social media",
    "© 2031 {}. All rights reserved.",
    "Do you have a story? Write to the {} newsdesk.",
    "Leave a Comment",
    "Share this story",
];
