//! Archives, crawls and compressed streams, written by hand so that they can be wrong.

use std::io::Write;

use flate2::Compression;

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Without any frame.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// As before xz.
pub fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = liblzma::stream::LzmaOptions::new_preset(6).unwrap();
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An entry of the directory.
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    len: u32,
    attributes: u32,
    at: u32,
}

/// A zip archive.
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

impl Zip {
    pub fn new() -> Self {
        Zip::default()
    }

    #[allow(clippy::too_many_arguments)]
    fn put(
        mut self,
        name: &[u8],
        (flags, method, attributes): (u16, u16, u32),
        packed: &[u8],
        (crc, len): (u32, usize),
    ) -> Self {
        let at = self.bytes.len() as u32;
        self.bytes.extend(b"PK\x03\x04\x14\0");
        self.bytes.extend(flags.to_le_bytes());
        self.bytes.extend(method.to_le_bytes());
        self.bytes.extend([0; 4]);
        let streamed = flags & 8 != 0;
        let known = if streamed {
            [0; 3]
        } else {
            [crc, packed.len() as u32, len as u32]
        };
        for number in known {
            self.bytes.extend(number.to_le_bytes());
        }
        self.bytes.extend((name.len() as u16).to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes.extend(name);
        self.bytes.extend(packed);
        if streamed {
            self.bytes.extend(b"PK\x07\x08");
            for number in [crc, packed.len() as u32, len as u32] {
                self.bytes.extend(number.to_le_bytes());
            }
        }
        self.entries.push(Entry {
            name: name.to_vec(),
            flags,
            method,
            crc,
            packed: packed.len() as u32,
            len: len as u32,
            attributes,
            at,
        });
        self
    }

    pub fn add_raw(self, name: &[u8], bytes: &[u8]) -> Self {
        self.put(name, (0, 8, 0), &deflate(bytes), (crc(bytes), bytes.len()))
    }

    pub fn add(self, name: &str, bytes: &[u8]) -> Self {
        self.add_raw(name.as_bytes(), bytes)
    }

    pub fn store(self, name: &str, bytes: &[u8]) -> Self {
        self.put(name.as_bytes(), (0, 0, 0), bytes, (crc(bytes), bytes.len()))
    }

    pub fn encrypted(self, name: &str, bytes: &[u8]) -> Self {
        self.put(name.as_bytes(), (1, 8, 0), bytes, (0, 10))
    }

    pub fn method(self, name: &str, method: u16, bytes: &[u8]) -> Self {
        self.put(name.as_bytes(), (0, method, 0), bytes, (0, 10))
    }

    pub fn link(self, name: &str, target: &str) -> Self {
        let target = target.as_bytes();
        let kind = 0o120_777 << 16;
        self.put(
            name.as_bytes(),
            (0, 0, kind),
            target,
            (crc(target), target.len()),
        )
    }

    /// One more name for a member.
    pub fn again(mut self, which: usize, name: &str) -> Self {
        let of = &self.entries[which];
        self.entries.push(Entry {
            name: name.into(),
            flags: of.flags,
            method: of.method,
            crc: of.crc,
            packed: of.packed,
            len: of.len,
            attributes: of.attributes,
            at: of.at,
        });
        self
    }

    /// With the lengths behind the members.
    pub fn streamed(members: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = Zip::new();
        for (name, text) in members {
            let text = text.as_bytes();
            zip = zip.put(
                name.as_bytes(),
                (8, 8, 0),
                &deflate(text),
                (crc(text), text.len()),
            );
        }
        zip.finish()
    }

    pub fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len() as u32;
        for entry in &self.entries {
            self.bytes.extend(b"PK\x01\x02\x14\x03\x14\0");
            self.bytes.extend(entry.flags.to_le_bytes());
            self.bytes.extend(entry.method.to_le_bytes());
            self.bytes.extend([0; 4]);
            for number in [entry.crc, entry.packed, entry.len] {
                self.bytes.extend(number.to_le_bytes());
            }
            self.bytes.extend((entry.name.len() as u16).to_le_bytes());
            self.bytes.extend([0; 8]);
            self.bytes.extend(entry.attributes.to_le_bytes());
            self.bytes.extend(entry.at.to_le_bytes());
            self.bytes.extend(&entry.name);
        }
        let len = self.bytes.len() as u32 - start;
        let count = (self.entries.len() as u16).to_le_bytes();
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(count);
        self.bytes.extend(count);
        self.bytes.extend(len.to_le_bytes());
        self.bytes.extend(start.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}

/// A tar archive.
#[derive(Default)]
pub struct Tar {
    bytes: Vec<u8>,
}

impl Tar {
    pub fn new() -> Self {
        Tar::default()
    }

    /// Where the next member begins.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn add(self, name: &str, bytes: &[u8]) -> Self {
        self.kind(name, b'0', bytes)
    }

    pub fn kind(mut self, name: &str, kind: u8, bytes: &[u8]) -> Self {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].fill(b' ');
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend(header);
        self.bytes.extend(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// With a long name as GNU tar writes it.
    pub fn long(self, name: &str, bytes: &[u8]) -> Self {
        let note = [name.as_bytes(), b"\0"].concat();
        self.kind("././@LongLink", b'L', &note)
            .add(&name[..50], bytes)
    }

    /// With a name in a pax header.
    pub fn pax(self, name: &str, bytes: &[u8]) -> Self {
        let rest = format!(" path={name}\n");
        let len = rest.len() + 2;
        self.kind("PaxHeaders/x", b'x', format!("{len}{rest}").as_bytes())
            .add("x", bytes)
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend([0; 1024]);
        self.bytes
    }
}

/// A record of a WARC file with any content.
pub fn warc_header(kind: &str, url: Option<&str>, mime: &str, block: &[u8]) -> Vec<u8> {
    let url = url
        .map(|url| format!("WARC-Target-URI: {url}\r\n"))
        .unwrap_or_default();
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\n{url}WARC-Date: 2031-04-03T10:00:00Z\r\n\
         WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>\r\n\
         Content-Type: {mime}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// A record with the answer of a server that sent a plain text.
pub fn warc(url: &str, text: &[u8]) -> Vec<u8> {
    let http = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: none\r\n\r\n";
    let block = [&http[..], text].concat();
    warc_header(
        "response",
        Some(url),
        "application/http; msgtype=response",
        &block,
    )
}

/// An ARC file with the answer of one server.
pub fn arc(url: &str, text: &[u8]) -> Vec<u8> {
    let about = "1 0 wirecopy\nURL IP-address Archive-date Content-type Archive-length\n";
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    let first = format!(
        "filedesc://a.arc 0.0.0.0 20310403100000 text/plain {}\n{about}\n",
        about.len()
    );
    let second = format!(
        "{url} 192.0.2.1 20310403100000 text/plain {}\n",
        head.len() + text.len()
    );
    [first.as_bytes(), second.as_bytes(), head, text, b"\n"].concat()
}
