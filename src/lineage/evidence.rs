//! The pieces of evidence that a lineage claim lists.

use std::ops::Range;

use crate::document::DocId;

/// What a piece of evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The exemplar was published before the copy.
    PublishedEarlier,
    /// The exemplar was collected before the copy.
    CollectedEarlier,
    /// Both are texts of one outlet.
    SameSource,
    /// The later text calls itself an update or a correction.
    UpdateMarker,
    /// A credit, dateline, licence or page line names the exemplar's source.
    CreditsExemplar,
    /// Such a line names a source that the group does not have.
    NamesSource,
    /// The credit points one way and the dates the other.
    DatesAgainstCredit,
    /// The dates do not say which came first.
    OrderUnknown,
    /// One of the two has no usable date.
    NoDate,
    /// Several texts could be the exemplar equally well.
    Tie,
    /// The text stands in a text several times as long.
    StandsInLonger,
    /// The text stands in a longer text that came later.
    StandsInLater,
    /// The same form filled in with other figures.
    SameForm,
    /// The texts share a passage, and a round-up joins them.
    SharesPassage,
}

impl Code {
    /// Every code with its name in the outputs and its meaning.
    pub const ALL: &'static [(Code, &'static str, &'static str)] = &[
        (
            Code::PublishedEarlier,
            "published_earlier",
            "the exemplar was published before the copy",
        ),
        (
            Code::CollectedEarlier,
            "collected_earlier",
            "the exemplar was collected before the copy",
        ),
        (
            Code::SameSource,
            "same_source",
            "both are texts of one outlet",
        ),
        (
            Code::UpdateMarker,
            "update_marker",
            "the later text calls itself an update or a correction",
        ),
        (
            Code::CreditsExemplar,
            "credits_exemplar",
            "a credit, dateline, licence or page line names the exemplar's source",
        ),
        (
            Code::NamesSource,
            "names_source",
            "such a line names a source that the group does not have",
        ),
        (
            Code::DatesAgainstCredit,
            "dates_against_credit",
            "the credit points one way and the dates the other",
        ),
        (
            Code::OrderUnknown,
            "order_unknown",
            "the dates do not say which came first",
        ),
        (Code::NoDate, "no_date", "one of the two has no usable date"),
        (
            Code::Tie,
            "tie",
            "several texts could be the exemplar equally well",
        ),
        (
            Code::StandsInLonger,
            "stands_in_longer",
            "the text stands in a text several times as long",
        ),
        (
            Code::StandsInLater,
            "stands_in_later",
            "the text stands in a longer text that came later",
        ),
        (
            Code::SameForm,
            "same_form",
            "the same form filled in with other figures",
        ),
        (
            Code::SharesPassage,
            "shares_passage",
            "the texts share a passage, and a round-up joins them",
        ),
    ];

    /// The code in `lineage.csv` and `evidence.csv`.
    pub fn name(self) -> &'static str {
        let row = Code::ALL.iter().find(|(code, _, _)| *code == self);
        row.map_or("", |(_, name, _)| name)
    }
}

/// How much a piece of evidence weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Enough for a claim by itself.
    Strong,
    /// Supports a claim, makes none.
    Weak,
    /// Speaks against a claim.
    Against,
}

impl Strength {
    /// The word in `evidence.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Strength::Strong => "strong",
            Strength::Weak => "weak",
            Strength::Against => "against",
        }
    }
}

/// One piece of evidence about one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The document that the claim is about.
    pub doc: DocId,
    /// The other text that it speaks of.
    pub exemplar: Option<DocId>,
    /// What it says.
    pub code: Code,
    /// How much it weighs.
    pub strength: Strength,
    /// The document in whose text it stands, with the bytes; `None` for dates.
    pub place: Option<(DocId, Range<usize>)>,
    /// The words, or the two dates.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_name() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|(code, _, _)| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
