//! The pieces of evidence that a lineage claim lists.

use std::ops::Range;

use crate::codes::codes;
use crate::document::DocId;

codes! {
    /// What a piece of evidence says.
    Code {
        PublishedEarlier "published_earlier" "the exemplar was published before the copy";
        CollectedEarlier "collected_earlier" "the exemplar was collected before the copy";
        WrittenEarlier "written_earlier" "the date in a header of a text says that the exemplar came first";
        DatesAgainst "dates_against" "the dates say that the exemplar came later";
        SameSource "same_source" "both are texts of one outlet";
        UpdateMarker "update_marker" "the later text calls itself an update or a correction";
        CreditsExemplar "credits_exemplar" "a credit, dateline, licence or page line names the exemplar's source";
        CitesExemplar "cites_exemplar" "the story cites the exemplar's source, or links to it";
        CreditsOrigin "credits_origin" "such a line, or a citation, names the source of the text from which the exemplar descends, not the exemplar's";
        CreditsOther "credits_other" "such a line names another source, and the exemplar neither is nor names it";
        NamesSource "names_source" "such a line names a source that the group does not have";
        Story "story" "no member explains the story of the copy better: lines that were kept, and what was done to the others";
        NamesMember "names_member" "such a line names another member's source, and no claim rests on it";
        TailCut "tail_cut" "the copy ends earlier";
        HeadCut "head_cut" "the copy begins later";
        InteriorCut "interior_cut" "lines between others were cut";
        Insertion "insertion" "lines that only the copy has";
        InheritedReading "inherited_reading" "a wording or line that exemplar and copy share against other members";
        LeakedFurniture "leaked_furniture" "furniture of the exemplar's outlet stands in the copy";
        StandsInSecond "stands_in_second" "lines that the exemplar lacks stand in a second text word for word";
        TextAgainst "text_against" "the exemplar lacks lines or wordings that copy and others share";
        CommonSource "common_source" "what the members lack and share says that they were made from a text that the input lacks";
        SameDateline "same_dateline" "another member begins with the same dateline, and nothing says who had it first";
        OrderUnknown "order_unknown" "the dates do not say which came first";
        NoDate "no_date" "one of the two has no usable date";
        Tie "tie" "several texts could be the exemplar equally well";
        Undecided "undecided" "nothing that may have become of the text is likely enough; how likely each is";
        StandsInLonger "stands_in_longer" "the text stands in a text several times as long";
        StandsInLater "stands_in_later" "the text stands in a longer text that came later";
        SameForm "same_form" "the same form filled in with other figures";
        SharesPassage "shares_passage" "the texts share a passage, and a round-up joins them";
    }
}

impl Code {
    /// True for what a copy changed, which its changes tell in full.
    pub fn is_of_changes(self) -> bool {
        matches!(
            self,
            Code::TailCut | Code::HeadCut | Code::InteriorCut | Code::Insertion
        )
    }

    /// True for what says whom a text names.
    pub fn is_of_credits(self) -> bool {
        matches!(
            self,
            Code::CreditsExemplar
                | Code::CitesExemplar
                | Code::CreditsOrigin
                | Code::CreditsOther
                | Code::NamesSource
                | Code::NamesMember
        )
    }
}

codes! {
    /// How much a piece of evidence weighs.
    Strength {
        Strong "strong" "enough for a claim by itself";
        Weak "weak" "supports a claim, makes none";
        Against "against" "speaks against a claim";
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
    /// The two dates, or what else is to be said; empty for the words at the place.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_name() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.code()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
