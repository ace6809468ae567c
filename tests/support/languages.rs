//! Words of nine languages, all but the commonest made up.

use super::dice::Dice;

/// A language: what its words are made of and how a sentence is set.
pub struct Language {
    pub name: &'static str,
    /// The commonest words, most common first.
    pub common: &'static [&'static str],
    /// Other words are strings of these.
    pub syllables: &'static [&'static str],
    /// What stands between words.
    pub space: &'static str,
    pub comma: &'static str,
    pub end: &'static str,
    pub quotes: [&'static str; 2],
    pub digits: &'static str,
    pub furniture: &'static [&'static str],
    pub credit: &'static str,
}

const LATIN: &str = "0123456789";

/// The languages of the tests. The last was left aside while the rules were made.
pub const LANGUAGES: &[Language] = &[
    Language {
        name: "English",
        common: &[
            "the", "of", "to", "and", "a", "in", "that", "for", "on", "said", "is", "was", "with",
            "it", "he", "by", "at", "from", "as", "has", "be", "will", "had", "its", "not", "they",
            "would", "after", "Gen.", "U.S.",
        ],
        syllables: &[
            "ka", "lo", "mer", "tin", "dos", "ver", "ri", "an", "sel", "bo", "ton", "fi", "wen",
            "gar",
        ],
        space: " ",
        comma: ",",
        end: ".",
        quotes: ["“", "”"],
        digits: LATIN,
        furniture: &[
            "Leave a Comment",
            "Sign up for our morning letter and miss nothing.",
            "Share this story",
        ],
        credit: "Reporting by Mara Velt in Ostrand; editing by Jon Harrow",
    },
    Language {
        name: "French",
        common: &[
            "de", "la", "le", "et", "les", "des", "à", "en", "un", "du", "une", "que", "est",
            "pour", "qui", "dans", "a", "par", "plus", "sur", "au", "ce", "il", "pas", "avec",
            "M.",
        ],
        syllables: &[
            "cha", "rou", "tié", "mon", "vel", "ler", "pré", "sion", "dar", "bê", "lin", "gue",
        ],
        space: " ",
        comma: ",",
        end: ".",
        quotes: ["« ", " »"],
        digits: LATIN,
        furniture: &[
            "Laisser un commentaire",
            "Abonnez-vous à notre lettre du matin",
            "Lire aussi",
        ],
        credit: "Avec l’agence Veltine, à Ostrand",
    },
    Language {
        name: "German",
        common: &[
            "der", "die", "und", "in", "den", "von", "zu", "das", "mit", "sich", "des", "auf",
            "für", "ist", "im", "dem", "nicht", "ein", "eine", "als", "auch", "es", "an", "sagte",
        ],
        syllables: &[
            "Ver", "bund", "lich", "ung", "schaf", "gen", "ar", "beit", "trä", "ße", "mün", "dor",
        ],
        space: " ",
        comma: ",",
        end: ".",
        quotes: ["„", "“"],
        digits: LATIN,
        furniture: &[
            "Kommentar schreiben",
            "Abonnieren Sie unseren Newsletter",
            "Mehr zum Thema",
        ],
        credit: "Mit Material der Agentur Velt",
    },
    Language {
        name: "Russian",
        common: &[
            "и", "в", "не", "на", "что", "с", "по", "он", "как", "это", "из", "но", "за", "к", "у",
            "от", "для", "о", "его", "было",
        ],
        syllables: &[
            "во", "ра", "нель", "ми", "ста", "тро", "жен", "лов", "гри", "ком", "де", "щи",
        ],
        space: " ",
        comma: ",",
        end: ".",
        quotes: ["«", "»"],
        digits: LATIN,
        furniture: &[
            "Оставить комментарий",
            "Подпишитесь на нашу рассылку",
            "Читайте также",
        ],
        credit: "По сообщению агентства Вельт",
    },
    Language {
        name: "Arabic",
        common: &[
            "في", "من", "على", "أن", "إلى", "التي", "عن", "مع", "هذا", "الذي", "كان", "بعد", "قال",
            "ما", "بين", "كما", "لم", "أو", "هذه", "قبل",
        ],
        syllables: &[
            "مر", "تا", "سل", "وب", "ني", "كر", "دا", "عم", "حس", "لي", "شو", "قب",
        ],
        space: " ",
        comma: "،",
        end: ".",
        quotes: ["«", "»"],
        digits: "٠١٢٣٤٥٦٧٨٩",
        furniture: &["اقرأ أيضا", "اشترك في النشرة البريدية", "شارك هذا الخبر"],
        credit: "المصدر: وكالة فلت",
    },
    Language {
        name: "Persian",
        common: &[
            "و", "در", "به", "از", "که", "این", "را", "با", "است", "برای", "آن", "یک", "خود", "تا",
            "کرد", "بر", "هم", "نیز", "گفت", "شد",
        ],
        syllables: &[
            "مه", "پار", "گی", "سا", "نو", "چر", "دا", "کو", "ری", "خش", "ژا", "بان",
        ],
        space: " ",
        comma: "،",
        end: ".",
        quotes: ["«", "»"],
        digits: "۰۱۲۳۴۵۶۷۸۹",
        furniture: &["نظر شما چیست", "در خبرنامه ما عضو شوید", "بیشتر بخوانید"],
        credit: "منبع: خبرگزاری ولت",
    },
    Language {
        name: "Hindi",
        common: &[
            "के",
            "में",
            "की",
            "है",
            "से",
            "को",
            "का",
            "और",
            "पर",
            "ने",
            "कि",
            "यह",
            "भी",
            "एक",
            "हैं",
            "लिए",
            "कहा",
            "था",
            "इस",
            "तो",
        ],
        syllables: &[
            "रा", "मे", "की", "सु", "ना", "थो", "गा", "बि", "ली", "दे", "पू", "चा",
        ],
        space: " ",
        comma: ",",
        end: "।",
        quotes: ["“", "”"],
        digits: LATIN,
        furniture: &["टिप्पणी करें", "हमारे समाचार पत्र से जुड़ें", "यह भी पढ़ें"],
        credit: "स्रोत: वेल्ट समाचार सेवा",
    },
    Language {
        name: "Chinese",
        common: &[
            "的", "一", "在", "是", "了", "不", "和", "有", "人", "这", "中", "大", "为", "上",
            "个",
        ],
        syllables: &[
            "桥", "水", "城", "市", "民", "山", "风", "船", "港", "雨", "路", "灯", "校", "店",
            "田", "北", "南", "河", "湖", "林", "工", "厂", "火", "车", "站", "新", "旧", "长",
            "短", "高", "低", "开", "关", "说",
        ],
        space: "",
        comma: "，",
        end: "。",
        quotes: ["“", "”"],
        digits: LATIN,
        furniture: &["发表评论", "订阅我们的早报", "分享到微信"],
        credit: "来源：维尔特通讯社",
    },
    Language {
        name: "Turkish",
        common: &[
            "ve", "bir", "bu", "için", "de", "da", "ile", "olarak", "en", "çok", "daha", "olan",
            "gibi", "kadar", "sonra", "dedi", "ise", "her", "o", "ne",
        ],
        syllables: &[
            "ka", "lar", "dın", "şe", "hir", "gü", "ven", "çı", "kan", "ol", "muş", "tır",
        ],
        space: " ",
        comma: ",",
        end: ".",
        quotes: ["“", "”"],
        digits: LATIN,
        furniture: &["Yorum yap", "Bültenimize abone olun", "Bunları da okuyun"],
        credit: "Kaynak: Velt Ajansı",
    },
];

impl Language {
    pub fn word(&self, dice: &mut Dice) -> String {
        // Every other word is a common one, as in prose.
        if dice.roll(20) < 9 {
            return self.common[dice.rank(self.common.len() + 1).min(self.common.len()) - 1]
                .to_string();
        }
        self.content_word(dice)
    }

    /// A word that is none of the common ones; a sentence ends with such a word,
    /// as "U.S." or "a" at its end would be taken for an abbreviation.
    pub fn content_word(&self, dice: &mut Dice) -> String {
        let mut letters = Dice::new(dice.rank(8_000) as u64);
        let syllables = if self.space.is_empty() {
            1 + letters.roll(2)
        } else {
            2 + letters.roll(3)
        };
        (0..syllables)
            .map(|_| *letters.pick(self.syllables))
            .collect()
    }

    pub fn figure(&self, dice: &mut Dice) -> String {
        let digits: Vec<char> = self.digits.chars().collect();
        let number = (10 + dice.roll(9_000)).to_string();
        number
            .chars()
            .map(|c| digits[c as usize - '0' as usize])
            .collect()
    }
}
