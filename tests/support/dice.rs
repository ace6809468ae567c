//! Small and steady: what is thrown is the same in every run.

/// A linear congruential generator; its upper bits are what counts.
pub struct Dice(u64);

impl Dice {
    /// Two seeds give two rows of throws.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF1);
        for _ in 0..4 {
            dice.roll(2);
        }
        dice
    }

    /// 0 to `below`, which is left out.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x14057B7EF767814F);
        ((self.0 >> 33) as usize * below) >> 31
    }

    /// One of a list.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.roll(list.len())]
    }

    /// A rank from 1 to `most`, the n-th with a chance of about 1/n, as words have.
    pub fn rank(&mut self, most: usize) -> usize {
        let share = self.roll(1 << 20) as f64 / f64::from(1 << 20);
        (most as f64).powf(share) as usize
    }
}
