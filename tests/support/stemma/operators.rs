//! What happens to a story on its way from one outlet to the next.

use super::outlets::{Family, Outlet, Paragraphing};
use crate::support::dice::Dice;
use crate::support::languages::Language;
use crate::support::planted::{Paragraphs, Sentence, article};

/// A story as an outlet holds it, before its page is set around it.
#[derive(Clone)]
pub struct Draft {
    pub headline: Sentence,
    pub dateline: Option<String>,
    /// The outlet in the brackets of the dateline.
    pub wired_by: Option<usize>,
    /// `origin` numbers the sentences of a group.
    pub body: Paragraphs,
    /// Lines that name an outlet, with its number.
    pub credits: Vec<(String, usize)>,
    /// Page lines of outlets that had the story before; true for those above the story.
    pub leaked: Vec<(String, bool)>,
    pub update: u32,
    /// Misspelt words that somebody may set right: sentence, wrong, right.
    typos: Vec<(Option<usize>, String, String)>,
}

/// A line of its own.
pub fn line(text: &str) -> Sentence {
    let mut line = Sentence::new(vec![text.to_string()]);
    line.is_line = true;
    line
}

pub fn headline(language: &Language, dice: &mut Dice) -> Sentence {
    let mut words: Vec<String> = (0..5 + dice.roll(4)).map(|_| language.word(dice)).collect();
    words.push(language.content_word(dice));
    let mut headline = Sentence::new(words);
    headline.is_line = true;
    headline
}

/// True with a chance of so many per cent.
pub fn chance(percent: usize, dice: &mut Dice) -> bool {
    dice.roll(100) < percent
}

/// Writes stories of one group, whose sentences it numbers.
pub struct Desk<'w> {
    pub outlets: &'w [Outlet],
    pub is_held_out: bool,
    pub sentences: usize,
}

impl Desk<'_> {
    fn sentence(&mut self, language: &Language, dice: &mut Dice) -> Sentence {
        let mut sentence = language.sentence(dice);
        sentence.origin = Some(self.sentences);
        self.sentences += 1;
        sentence
    }

    /// A story that nobody had before.
    pub fn original(&mut self, own: usize, time: i64, dice: &mut Dice) -> Draft {
        let outlet = &self.outlets[own];
        let mut body = article(outlet.language, dice);
        let headline = body.remove(0).remove(0);
        for sentence in body.iter_mut().flatten() {
            sentence.origin = Some(self.sentences);
            self.sentences += 1;
        }
        let is_agency = outlet.family == Family::Agency;
        let dated = is_agency || chance(outlet.datelines, dice);
        let mut draft = Draft {
            headline,
            dateline: dated.then(|| outlet.dateline(time)),
            wired_by: is_agency.then_some(own),
            body,
            credits: Vec::new(),
            leaked: Vec::new(),
            update: 0,
            typos: Vec::new(),
        };
        if chance(30, dice) {
            draft.misspell(dice);
        }
        if self.is_held_out && chance(40, dice) {
            draft.body.push(outlet.background.clone());
        }
        draft
    }

    /// The story of `from` as outlet `to` runs it.
    pub fn copy(&mut self, exemplar: &Draft, (from, to): (usize, usize), dice: &mut Dice) -> Draft {
        let outlet = &self.outlets[to];
        let language = outlet.language;
        let mut draft = exemplar.clone();
        draft.update = 0;
        draft.take_over(from, self.outlets, dice);
        if !chance(outlet.verbatim, dice) {
            self.edit(&mut draft, language, dice);
            if self.is_held_out {
                draft.held_out(from, to, self.outlets, dice);
            }
        }
        draft.divide(outlet.paragraphing);
        if chance(outlet.headlines, dice) {
            draft.headline = match chance(50, dice) {
                true => headline(language, dice),
                false => {
                    let mut words = draft.headline.words.clone();
                    let at = dice.roll(words.len());
                    words[at] = language.content_word(dice);
                    words.truncate(5 + dice.roll(4));
                    let mut edited = Sentence::new(words);
                    edited.is_line = true;
                    edited
                }
            };
        }
        if !chance(outlet.datelines, dice) {
            (draft.dateline, draft.wired_by) = (None, None);
        }
        if chance(outlet.credits, dice) {
            // A copy of a copy mostly names the agency that it sees named.
            let seen = exemplar.wired_by.or(exemplar.credits.first().map(|c| c.1));
            let right = seen.filter(|_| chance(60, dice)).unwrap_or(from);
            let agencies = self.outlets.iter().enumerate();
            let agencies: Vec<usize> = agencies
                .filter(|(_, o)| o.family == Family::Agency && o.language.name == language.name)
                .map(|(number, _)| number)
                .collect();
            let named = if chance(4, dice) {
                *dice.pick(&agencies)
            } else {
                right
            };
            if named != to {
                let text = outlet.credit(&self.outlets[named].name);
                draft.credits.push((text, named));
            }
        }
        draft
    }

    /// A later text of the outlet itself.
    pub fn revise(&mut self, earlier: &Draft, own: usize, dice: &mut Dice) -> Draft {
        let language = self.outlets[own].language;
        let mut draft = earlier.clone();
        for _ in 0..1 + dice.roll(3) {
            self.insert(&mut draft, language, dice);
        }
        if chance(40, dice) {
            draft.cut_within(dice);
        }
        for _ in 0..dice.roll(3) {
            draft.change_figure(language, dice);
        }
        draft.correct(60, dice);
        draft.update = match chance(40, dice) {
            true => earlier.update + 1,
            false => 0,
        };
        if chance(30, dice) {
            draft.headline = headline(language, dice);
        }
        draft
    }

    fn edit(&mut self, draft: &mut Draft, language: &Language, dice: &mut Dice) {
        let before = draft.words();
        if chance(50, dice) {
            draft.cut_tail(dice);
        }
        if chance(30, dice) {
            for _ in 0..1 + dice.roll(2) {
                draft.cut_within(dice);
            }
        }
        if chance(4, dice) && draft.body.len() > 4 {
            draft.body.remove(0);
        }
        if chance(25, dice) {
            self.insert(draft, language, dice);
        }
        if chance(35, dice) {
            for _ in 0..1 + dice.roll(4) {
                draft.change_word(language, dice);
            }
        }
        if chance(12, dice) {
            draft.change_figure(language, dice);
        }
        if chance(12, dice) {
            draft.misspell(dice);
        }
        draft.correct(20, dice);
        if chance(5, dice) && draft.body.len() > 3 {
            let from = 1 + dice.roll(draft.body.len() - 1);
            let moved = draft.body.remove(from);
            let to = 1 + dice.roll(draft.body.len());
            draft.body.insert(to, moved);
        }
        if draft.words() == before {
            draft.cut_tail(dice);
        }
    }

    /// One to three sentences that nobody else has: local colour.
    fn insert(&mut self, draft: &mut Draft, language: &Language, dice: &mut Dice) {
        let new: Vec<Sentence> = (0..1 + dice.roll(3))
            .map(|_| self.sentence(language, dice))
            .collect();
        let p = 1 + dice.roll(draft.body.len());
        match draft.body.get_mut(p) {
            Some(paragraph) if chance(50, dice) => paragraph.extend(new),
            _ => draft.body.insert(p, new),
        }
    }
}

impl Draft {
    fn words(&self) -> Vec<String> {
        let sentences = self.body.iter().flatten();
        sentences.flat_map(|s| s.words.iter().cloned()).collect()
    }

    pub fn count(&self) -> usize {
        self.body.iter().map(Vec::len).sum()
    }

    /// What of the exemplar's page comes along: mostly nothing, one time in ten a line.
    fn take_over(&mut self, from: usize, outlets: &[Outlet], dice: &mut Dice) {
        self.leaked.retain(|_| chance(60, dice));
        self.credits.retain(|_| chance(40, dice));
        let exemplar = &outlets[from];
        if chance(10, dice) {
            let top = exemplar.top.iter().map(|text| (text.clone(), true));
            let bottom = exemplar.bottom.iter().map(|text| (text.clone(), false));
            let lines: Vec<(String, bool)> = top.chain(bottom).collect();
            self.leaked.push(dice.pick(&lines).clone());
        }
    }

    /// Not so much that little is left.
    fn cut_tail(&mut self, dice: &mut Dice) {
        const LEAST: usize = 7;
        let keep = self.count() * (40 + dice.roll(55)) / 100;
        if keep < LEAST {
            return;
        }
        let whole = chance(70, dice);
        let mut left = keep;
        for paragraph in &mut self.body {
            let take = if whole && left > 0 {
                paragraph.len()
            } else {
                paragraph.len().min(left)
            };
            paragraph.truncate(take);
            left = left.saturating_sub(take);
        }
        self.body.retain(|paragraph| !paragraph.is_empty());
    }

    /// A sentence or two, or a paragraph, behind the first and before the last.
    fn cut_within(&mut self, dice: &mut Dice) {
        if self.count() < 8 || self.body.len() < 3 {
            return;
        }
        let p = 1 + dice.roll(self.body.len() - 2);
        if chance(40, dice) {
            self.body.remove(p);
            return;
        }
        let paragraph = &mut self.body[p];
        for _ in 0..(1 + dice.roll(2)).min(paragraph.len()) {
            paragraph.remove(dice.roll(paragraph.len()));
        }
        self.body.retain(|paragraph| !paragraph.is_empty());
    }

    /// Any word but the first and the last of a sentence.
    fn word(&self, dice: &mut Dice, fits: impl Fn(&str) -> bool) -> Option<(usize, usize, usize)> {
        let mut all = Vec::new();
        for (p, paragraph) in self.body.iter().enumerate() {
            for (s, sentence) in paragraph.iter().enumerate() {
                let inner = 1..sentence.words.len().saturating_sub(1);
                let fitting = inner.filter(|&w| fits(&sentence.words[w]));
                all.extend(fitting.map(|w| (p, s, w)));
            }
        }
        (!all.is_empty()).then(|| *dice.pick(&all))
    }

    fn change_word(&mut self, language: &Language, dice: &mut Dice) {
        if let Some((p, s, w)) = self.word(dice, |word| word.chars().all(char::is_alphabetic)) {
            self.body[p][s].words[w] = language.content_word(dice);
        }
    }

    fn change_figure(&mut self, language: &Language, dice: &mut Dice) {
        let is_figure = |word: &str| word.chars().all(char::is_numeric);
        if let Some((p, s, w)) = self.word(dice, is_figure) {
            self.body[p][s].words[w] = language.figure(dice);
        }
    }

    /// Two letters of a word change places.
    fn misspell(&mut self, dice: &mut Dice) {
        let long = |word: &str| word.chars().count() > 4 && word.chars().all(char::is_alphabetic);
        let Some((p, s, w)) = self.word(dice, long) else {
            return;
        };
        let sentence = &mut self.body[p][s];
        let right = sentence.words[w].clone();
        let mut letters: Vec<char> = right.chars().collect();
        let at = 1 + dice.roll(letters.len() - 2);
        letters.swap(at, at + 1);
        sentence.words[w] = letters.into_iter().collect();
        let wrong = sentence.words[w].clone();
        self.typos.push((sentence.origin, wrong, right));
    }

    fn correct(&mut self, percent: usize, dice: &mut Dice) {
        for (sentence, wrong, right) in &self.typos {
            let found = self
                .body
                .iter_mut()
                .flatten()
                .filter(|s| s.origin == *sentence);
            if let Some(word) = found.flat_map(|s| &mut s.words).find(|word| *word == wrong)
                && chance(percent, dice)
            {
                word.clone_from(right);
            }
        }
    }

    fn divide(&mut self, paragraphing: Paragraphing) {
        let size = match paragraphing {
            Paragraphing::Kept => return,
            Paragraphing::Single => 1,
            Paragraphing::Twos => 2,
        };
        let sentences: Vec<Sentence> = self.body.drain(..).flatten().collect();
        self.body = sentences.chunks(size).map(<[Sentence]>::to_vec).collect();
    }

    /// Takes two sentences that the exemplar lacks from another text, and tells which.
    pub fn contaminate(
        &mut self,
        exemplar: &Draft,
        other: &Draft,
        dice: &mut Dice,
    ) -> Vec<Sentence> {
        let own: Vec<Option<usize>> = exemplar.body.iter().flatten().map(|s| s.origin).collect();
        let foreign = other.body.iter().flatten();
        let foreign: Vec<&Sentence> = foreign
            .filter(|s| s.origin.is_some() && !own.contains(&s.origin))
            .collect();
        if foreign.len() < 2 {
            return Vec::new();
        }
        let at = dice.roll(foreign.len() - 1);
        let taken = vec![foreign[at].clone(), foreign[at + 1].clone()];
        let p = 1 + dice.roll(self.body.len());
        self.body.insert(p, taken.clone());
        taken
    }

    pub fn holds(&self, wanted: &Sentence) -> bool {
        self.body.iter().flatten().any(|s| s.words == wanted.words)
    }

    /// The operators that the ordinary world never uses: sentences of joined paragraphs
    /// change their order, and the background of one outlet gives way to that of another.
    fn held_out(&mut self, from: usize, to: usize, outlets: &[Outlet], dice: &mut Dice) {
        if chance(25, dice) && self.body.len() > 3 {
            let p = 1 + dice.roll(self.body.len() - 2);
            let mut joined = self.body.remove(p);
            joined.append(&mut self.body[p]);
            for i in (1..joined.len()).rev() {
                joined.swap(i, dice.roll(i + 1));
            }
            self.body[p] = joined;
        }
        if chance(30, dice) {
            let old = &outlets[from].background[0].words;
            let stands = |paragraph: &&mut Vec<Sentence>| paragraph.iter().any(|s| s.words == *old);
            let new = outlets[to].background.clone();
            match self.body.iter_mut().find(stands) {
                Some(paragraph) => *paragraph = new,
                None => self.body.push(new),
            }
        }
    }
}
