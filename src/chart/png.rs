//! A sheet as a PNG at twice the reader's size, with the identity of its run as text.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::render;
use super::sheet::Sheet;

/// The sheet as a whole PNG file: two by two pixels of the drawing are one of the file. `identity` goes into
/// international text chunks (PNG, third edition, §11.3.3.4).
pub fn file(sheet: &Sheet, identity: &[(String, String)]) -> Vec<u8> {
    let (width, height, fine) = render::pixels(sheet);
    let (width, height, rows) = halved(width, height, &fine);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend((width as u32).to_be_bytes());
    head.extend((height as u32).to_be_bytes());
    // Eight bits of red, green and blue; the one compression, the one set of filters, no interlacing.
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &head);
    // 192 to the inch, in pixels per metre.
    chunk(&mut bytes, b"pHYs", &[0, 0, 29, 135, 0, 0, 29, 135, 1]);
    for (key, value) in identity {
        let mut text = key.clone().into_bytes();
        // Not compressed, no language, no translated key.
        text.extend([0, 0, 0, 0, 0]);
        text.extend(value.as_bytes());
        chunk(&mut bytes, b"iTXt", &text);
    }
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::new(6));
    for row in filtered(width, &rows) {
        packer.write_all(&row).expect("memory takes what is written to it");
    }
    chunk(&mut bytes, b"IDAT", &packer.finish().expect("memory takes what is written to it"));
    chunk(&mut bytes, b"IEND", &[]);
    bytes
}

/// The picture at half the size, each pixel the mean of four.
fn halved(width: usize, height: usize, fine: &[u8]) -> (usize, usize, Vec<u8>) {
    let (half_width, half_height) = (width / 2, height / 2);
    let mut coarse = Vec::with_capacity(3 * half_width * half_height);
    for y in 0..half_height {
        for x in 0..half_width {
            for channel in 0..3 {
                let at = |dx: usize, dy: usize| u16::from(fine[3 * ((2 * y + dy) * width + 2 * x + dx) + channel]);
                coarse.push(((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4) as u8);
            }
        }
    }
    (half_width, half_height, coarse)
}

/// The rows as differences to the row above, each after the number of that filter: most of a chart repeats downward.
fn filtered(width: usize, rows: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    const UP: u8 = 2;
    let length = 3 * width;
    (0..rows.len() / length).map(move |row| {
        let above = |at: usize| if row == 0 { 0 } else { rows[(row - 1) * length + at] };
        let differences = (0..length).map(|at| rows[row * length + at].wrapping_sub(above(at)));
        std::iter::once(UP).chain(differences).collect()
    })
}

fn chunk(bytes: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    bytes.extend((data.len() as u32).to_be_bytes());
    let start = bytes.len();
    bytes.extend(kind);
    bytes.extend(data);
    let mut crc = Crc::new();
    crc.update(&bytes[start..]);
    bytes.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Colour;
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    #[test]
    fn a_file_unpacks_to_its_pixels() {
        let mut sheet = Sheet::new(3.0, 2.0);
        sheet.block((1.0, 0.0), (2.0, 1.0), Colour(213, 94, 0), 1.0);
        let bytes = file(&sheet, &[("reliance.seed".to_string(), "7".to_string())]);
        let (mut at, mut kinds, mut packed) = (8, Vec::new(), Vec::new());
        while at < bytes.len() {
            let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
            kinds.push(String::from_utf8(bytes[at + 4..at + 8].to_vec()).unwrap());
            if kinds.last().is_some_and(|kind| kind == "IDAT") {
                packed = bytes[at + 8..at + 8 + length].to_vec();
            }
            at += 12 + length;
        }
        assert_eq!(kinds, ["IHDR", "pHYs", "iTXt", "IDAT", "IEND"]);
        let mut rows = Vec::new();
        ZlibDecoder::new(&packed[..]).read_to_end(&mut rows).unwrap();
        assert_eq!(rows.len(), 4 * (1 + 3 * 6));
        assert_eq!(rows[..7], [2, 255, 255, 255, 255, 255, 255]);
        assert_eq!(rows[7..10], [213, 94, 0], "the third pixel of the first row");
    }
}
