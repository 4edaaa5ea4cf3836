//===- NpyTest.cpp - Reading and writing of NPY ---------------------------===//

#include "Runtime/Npy.h"
#include "Runtime/RowWriter.h"
#include "Testing.h"

using namespace rill::rt;
using namespace rill::test;

class Npy : public InFolder {
protected:
  /// A file as numpy.save writes it.
  std::string numpy(const std::string &dict, const std::string &data) {
    std::string header = dict;
    header.resize((10 + dict.size() + 64) / 64 * 64 - 11, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += char(header.size() & 0xff);
    bytes += char(header.size() >> 8);
    return file("x.npy", bytes + header + data);
  }
  template <typename T> std::string raw(std::vector<T> values) {
    return {reinterpret_cast<const char *>(values.data()),
            values.size() * sizeof(T)};
  }
  std::string dict(const std::string &descr, const std::string &shape,
                   const std::string &fortran = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran +
           ", 'shape': " + shape + ", }";
  }
  std::string refused(const std::string &path, int64_t width = -1) {
    return errorOf([&] { readNpy(path, "data", width); });
  }
};

TEST_F(Npy, ReadsEveryElementType) {
  const std::vector<double> expected{1, 2, 3, 4};
  auto read = [&](const char *descr, const std::string &data) {
    return readNpy(numpy(dict(descr, "(2, 2)"), data), "data", 2).values;
  };
  EXPECT_EQ(read("<f4", raw<float>({1, 2, 3, 4})), expected);
  EXPECT_EQ(read("<f8", raw<double>({1, 2, 3, 4})), expected);
  EXPECT_EQ(read("<i4", raw<int32_t>({1, 2, 3, 4})), expected);
  EXPECT_EQ(read("<i8", raw<int64_t>({1, 2, 3, 4})), expected);
  EXPECT_EQ(read("|u1", raw<uint8_t>({1, 2, 3, 4})), expected);
}

TEST_F(Npy, FlattensTrailingAxesAndTakesNoRows) {
  const Table t = readNpy(
      numpy(dict("<f4", "(1, 2, 2)"), raw<float>({1, 2, 3, 4})), "data", 4);
  EXPECT_EQ(t.rows, 1);
  const Table none = readNpy(numpy(dict("<f4", "(0, 2)"), ""), "data", 2);
  EXPECT_EQ(none.rows, 0);
  EXPECT_EQ(none.width, 2);
  EXPECT_EQ(
      readNpy(numpy(dict("<f4", "(3,)"), raw<float>({1, 2, 3})), "data", 1)
          .rows,
      3);
}

TEST_F(Npy, ReadsBackWhatWasWritten) {
  const Table t{3, 2, {0.5, -2, 3e30, 4, 5, 6}, {}};
  RowWriter writer(path("y.npy"), Type::F64, 3, {2}, {"a", "b"});
  writer.append(t.select({0}));
  writer.append(t.select({1, 2}));
  writer.commit();
  EXPECT_EQ(readNpy(path("y.npy"), "data", 2).values, t.values);
  // numpy aligns the data to 64 bytes.
  EXPECT_EQ((contentOf(path("y.npy")).size() - 48) % 64, 0u);
}

TEST_F(Npy, WritesAWholeArrayAsPieces) {
  const std::vector<float> values{1, 2, 3, 4};
  writeNpy(path("a.npy"), Type::F32, {2, 2}, values.data());
  RowWriter writer(path("b.npy"), Type::F32, 2, {2}, {});
  writer.append({2, 2, {1, 2, 3, 4}, {}});
  writer.commit();
  EXPECT_EQ(contentOf(path("a.npy")), contentOf(path("b.npy")));
}

TEST_F(Npy, WithoutCommitNothingIsWritten) {
  {
    RowWriter writer(path("y.npy"), Type::F64, 3, {2}, {});
  }
  EXPECT_FALSE(std::filesystem::exists(path("y.npy")));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(Npy, RefusesEveryTruncation) {
  const std::string whole =
      contentOf(numpy(dict("<f4", "(2, 2)"), raw<float>({1, 2, 3, 4})));
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_NE(refused(file("cut.npy", whole.substr(0, n))), "no error") << n;
}

TEST_F(Npy, RefusesWhatIsNotNpy) {
  EXPECT_TRUE(
      has(refused(file("x.npy", "a,b\n1,2\n3,4\n")), {"is not an NPY file"}));
}

TEST_F(Npy, RefusesOtherTypesOrdersAndShapes) {
  EXPECT_TRUE(has(refused(numpy(dict("<f2", "(1, 2)"), "1234")),
                  {"type '<f2'", "astype"}));
  EXPECT_TRUE(
      has(refused(numpy(dict(">f4", "(1, 2)"), "12345678")), {"type '>f4'"}));
  EXPECT_TRUE(has(refused(numpy(dict("<f4", "(1, 2)", "True"), "12345678")),
                  {"Fortran order", "ascontiguousarray"}));
  EXPECT_TRUE(
      has(refused(numpy(dict("<f4", "()"), "1234")), {"single number"}));
  EXPECT_TRUE(has(refused(numpy(dict("<f4", "(1, 3)"), "123456789abc"), 2),
                  {"3 numbers in a row, 2 are needed", "[1, 3]"}));
}
