//! Months, weekdays and the small words of dates in several languages. Data, in lower case.

/// January to December: English, French, German, Spanish, Portuguese, Italian, Russian, Turkish,
/// and the months of the same calendar in Arabic and Persian. No two languages use one word for
/// two months.
const MONTHS: [&str; 12] = [
    "january jan janvier janv januar jänner enero ene janeiro gennaio gen января январь янв ocak يناير ژانویه",
    "february feb février fevrier févr fév februar febrero fevereiro fev febbraio февраля февраль фев şubat فبراير شباط فوریه",
    "march mar mars märz mär marzo março marco марта март мар mart مارس آذار",
    "april apr avril avr abril abr aprile апреля апрель апр nisan أبريل ابريل نيسان آوریل",
    "may mai mayo maio maggio mag мая май mayıs مايو أيار مه",
    "june jun juin juni junio junho giugno giu июня июнь июн haziran يونيو حزيران ژوئن",
    "july jul juillet juil juli julio julho luglio lug июля июль июл temmuz يوليو تموز ژوئیه",
    "august aug août aout agosto ago августа август авг ağustos أغسطس اغسطس اوت",
    "september sep sept septembre septiembre setembro settembre set сентября сентябрь сен сент eylül سبتمبر أيلول سپتامبر",
    "october oct octobre oktober okt octubre outubro out ottobre ott октября октябрь окт ekim أكتوبر اكتوبر اکتبر",
    "november nov novembre noviembre novembro ноября ноябрь ноя kasım نوفمبر نوامبر",
    "december dec décembre decembre déc dezember dez diciembre dic dezembro dicembre декабря декабрь дек aralık ديسمبر دسامبر",
];

const WEEKDAYS: &[&str] = &[
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so",
    "lunes martes miércoles jueves viernes sábado domingo",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
    "الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه",
];

/// Words that join the parts of a date and say nothing of it. `am` is one in German.
const JOINS: &[&str] = &[
    "- – — at on of the",
    "le à a de del den der um uhr il lo alle ore las h às as kl в г года год saat",
    "في الساعة ساعت",
];

fn holds(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// The number of a month, from 1, by its name or a usual abbreviation in lower case.
pub(super) fn month(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|names| holds(names, word))?;
    i8::try_from(at + 1).ok()
}

pub(super) fn is_weekday(word: &str) -> bool {
    WEEKDAYS.iter().any(|names| holds(names, word))
}

pub(super) fn is_join(word: &str) -> bool {
    JOINS.iter().any(|words| holds(words, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_means_two_months_or_a_month_and_something_else() {
        for (at, names) in MONTHS.iter().enumerate() {
            for name in names.split(' ') {
                assert_eq!(month(name), Some(at as i8 + 1), "{name}");
                assert!(!is_weekday(name) && !is_join(name), "{name}");
                assert_eq!(name.to_lowercase(), name);
            }
        }
    }
}
