//===- Png.cpp - Writing PNG ----------------------------------------------===//

#include "Runtime/Png.h"
#include "Runtime/Error.h"

#include <zlib.h>

namespace rill::rt {

static void putWord(std::string &out, uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += char(word >> shift & 0xff);
}

static void putChunk(std::string &out, const std::string &type,
                     const std::string &data) {
  putWord(out, uint32_t(data.size()));
  const std::string body = type + data;
  out += body;
  putWord(out, uint32_t(crc32(0, reinterpret_cast<const Bytef *>(body.data()),
                              uInt(body.size()))));
}

static std::string deflated(const std::string &raw) {
  uLongf size = compressBound(uLong(raw.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef *>(out.data()), &size,
                reinterpret_cast<const Bytef *>(raw.data()), uLong(raw.size()),
                9) != Z_OK)
    throw Error("cannot compress the picture", "zlib is out of memory");
  out.resize(size);
  return out;
}

std::string encodePng(const Image &image) {
  std::string raw;
  raw.reserve(size_t(image.height) * (1 + 3 * size_t(image.width)));
  for (int y = 0; y < image.height; ++y) {
    raw += '\0'; // Filter 0: the bytes as they are.
    for (int x = 0; x < image.width; ++x) {
      const Color &c = image.at(x, y);
      raw += {char(c.r), char(c.g), char(c.b)};
    }
  }
  std::string header;
  putWord(header, uint32_t(image.width));
  putWord(header, uint32_t(image.height));
  header += {8, 2, 0, 0, 0}; // 8 bits, RGB, deflate, no filter, no interlace.
  std::string png = "\x89PNG\r\n\x1a\n";
  putChunk(png, "IHDR", header);
  putChunk(png, "IDAT", deflated(raw));
  putChunk(png, "IEND", "");
  return png;
}

std::string base64(const std::string &bytes) {
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k)
      word = word << 8 | (k < n ? uint8_t(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k)
      text += k <= n ? digits[word >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

} // namespace rill::rt
