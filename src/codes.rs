//! Words that stand in the outputs, each declared once with its meaning.

/// Declares an enum whose variants have a code in the outputs and a meaning in
/// the documentation, so that the three cannot disagree:
/// `Variant "code" "meaning";`.
macro_rules! codes {
    (
        $(#[$about:meta])*
        $name:ident {
            $($variant:ident $code:literal $meaning:literal;)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $meaning] $variant,)*
        }

        impl $name {
            /// Every one, in the order of the table in the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word in the outputs.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning,)* }
            }
        }
    };
}

pub(crate) use codes;
