//===- PngTest.cpp - Pictures ---------------------------------------------===//

#include "Runtime/Picture.h"

#include <gtest/gtest.h>
#include <zlib.h>

using namespace rill::rt;

static uint32_t word(const std::string &bytes, size_t at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value = value << 8 | uint8_t(bytes[at + i]);
  return value;
}

TEST(Png, ChunksHaveRightSizesAndChecksumsAndThePixelsComeBack) {
  Image image(5, 3);
  image.at(4, 2) = {10, 20, 30};
  const std::string png = encodePng(image);
  std::string names, raw(3 * (1 + 15), '\0');
  for (size_t at = 8; at < png.size();) {
    const uint32_t size = word(png, at);
    names += png.substr(at + 4, 4) + " ";
    const auto *body = reinterpret_cast<const Bytef *>(png.data()) + at + 4;
    EXPECT_EQ(word(png, at + 8 + size), crc32(0, body, size + 4));
    if (png.compare(at + 4, 4, "IDAT") == 0) {
      uLongf length = raw.size();
      EXPECT_EQ(uncompress(reinterpret_cast<Bytef *>(raw.data()), &length,
                           body + 4, size),
                Z_OK);
    }
    at += 12 + size;
  }
  EXPECT_EQ(names, "IHDR IDAT IEND ");
  EXPECT_EQ(raw.substr(raw.size() - 3), std::string("\x0a\x14\x1e"));
  EXPECT_EQ(raw[0], '\0');
  EXPECT_EQ(uint8_t(raw[1]), 255);
}

TEST(Png, Base64OfEveryRemainder) {
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("Ma"), "TWE=");
  EXPECT_EQ(base64("M"), "TQ==");
  EXPECT_EQ(base64(""), "");
}

TEST(Picture, ShapesOutsideThePageAreCut) {
  Picture picture;
  picture.width = picture.height = 10;
  picture.dot(-1, 11, 3, {0, 0, 0}, 1);
  picture.line(-5, 5, 20, 5, {0, 0, 0});
  picture.text(8, 9, "<&\x01", Anchor::Start);
  const Image image = renderPixels(picture);
  EXPECT_EQ(image.at(5, 5).r, 0);
  EXPECT_EQ(image.at(5, 2).r, 255);
  const std::string svg = renderSvg(picture);
  EXPECT_NE(svg.find("&lt;&amp;"), std::string::npos);
}
