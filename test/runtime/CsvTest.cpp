//===- CsvTest.cpp - Reading and writing of CSV ---------------------------===//

#include "Runtime/Csv.h"
#include "Runtime/RowWriter.h"
#include "Testing.h"

#include <cmath>

using namespace rill::rt;
using namespace rill::test;

class Csv : public InFolder {
protected:
  Table read(const std::string &bytes, std::vector<std::string> columns = {},
             int64_t width = -1) {
    return readCsv(file("x.csv", bytes), "data", columns, width);
  }
  std::string refused(const std::string &bytes,
                      std::vector<std::string> columns = {},
                      int64_t width = -1) {
    return errorOf([&] { read(bytes, columns, width); });
  }
};

TEST_F(Csv, SelectsColumnsByNameInTheOrderAsked) {
  const Table t = read("a,b,c\n1,2,3\n4,5,6\n", {"c", "a"});
  EXPECT_EQ(t.values, (std::vector<double>{3, 1, 6, 4}));
  EXPECT_EQ(t.lines, (std::vector<int64_t>{2, 3}));
}

TEST_F(Csv, ReadsWithoutAHeader) {
  EXPECT_EQ(read("1,2\n3,4").values, (std::vector<double>{1, 2, 3, 4}));
}

TEST_F(Csv, ReadsQuotesCarriageReturnsBlankLinesAndAByteOrderMark) {
  const Table t = read("\xEF\xBB\xBF\"a \"\"x\"\", y\",b\r\n\"1\" , 2\r\n\r\n"
                       "+3,-4e-1\r\n",
                       {"a \"x\", y", "b"});
  EXPECT_EQ(t.values, (std::vector<double>{1, 2, 3, -0.4}));
  EXPECT_EQ(t.lines, (std::vector<int64_t>{2, 4}));
}

TEST_F(Csv, CountsLinesOfQuotedCells) {
  EXPECT_TRUE(has(refused("\"a\nb\",c\n1,2\n3,x\n"), {"line 4", "'x'"}));
}

TEST_F(Csv, ReadsBackWhatWasWritten) {
  Table t{2, 1, {double(0.1f), -1e-30f}, {}};
  RowWriter writer(path("y.csv"), Type::F32, 2, {}, {"v"});
  writer.append(t);
  writer.commit();
  const Table back = readCsv(path("y.csv"), "data", {"v"}, 1);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(float(back.values[i]), float(t.values[i]));
  EXPECT_TRUE(has(contentOf(path("y.csv")), {"v\n0.1\n"}));
}

TEST_F(Csv, RefusesAMissingFile) {
  EXPECT_TRUE(has(errorOf([&] { readCsv(path("no.csv"), "data", {}, -1); }),
                  {"cannot read data", "no.csv", "No such file"}));
}

TEST_F(Csv, RefusesAFolder) {
  EXPECT_TRUE(has(errorOf([&] { readCsv(folder, "data", {}, -1); }),
                  {"it is a folder"}));
}

TEST_F(Csv, RefusesAnEmptyFile) {
  EXPECT_TRUE(has(refused(""), {"is empty"}));
  EXPECT_TRUE(has(refused("\n\n"), {"is empty"}));
}

TEST_F(Csv, ReadsNoRowsBehindAHeader) {
  const Table none = read("a,b\n");
  EXPECT_EQ(none.rows, 0);
  EXPECT_EQ(none.width, 2);
}

TEST_F(Csv, RefusesARaggedRowWithItsLine) {
  EXPECT_TRUE(has(refused("a,b\n1,2\n3\n"), {"line 3", "1 cells", "has 2"}));
}

TEST_F(Csv, RefusesWordsInSelectedColumnsOnly) {
  EXPECT_TRUE(has(refused("a,b\n1,2\nx,4\n", {"a"}),
                  {"line 3", "'x' in column 'a' is not a number"}));
  EXPECT_EQ(read("a,b\n1,2\nx,4\n", {"b"}).rows, 2);
  EXPECT_TRUE(has(refused("a\n1.5kg\n"), {"'1.5kg'"}));
}

TEST_F(Csv, RefusesEmptyCellsAndNaN) {
  EXPECT_TRUE(has(refused("a,b\n1,\n"), {"line 2", "'b' is empty"}));
  EXPECT_TRUE(has(refused("a,b\n1,nan\n"), {"line 2", "'b' is NaN"}));
  EXPECT_TRUE(has(refused("a,b\n1,NA\n"), {"'NA'", "not a number"}));
}

TEST_F(Csv, RefusesAnUnknownColumnAndSuggestsOne) {
  EXPECT_TRUE(has(refused("lat,long\n1,2\n", {"lat", "lng"}),
                  {"no column 'lng'", "did you mean 'long'"}));
  EXPECT_TRUE(has(refused("1,2\n", {"lat"}), {"no header line"}));
  EXPECT_TRUE(has(refused("a,a\n1,2\n", {"a"}), {"two columns 'a'"}));
}

TEST_F(Csv, RefusesAnotherNumberOfColumns) {
  EXPECT_TRUE(has(refused("a,b,c\n1,2,3\n", {}, 2),
                  {"has 3 columns, 2 are needed", "a, b, c"}));
}

TEST_F(Csv, RefusesAnOpenQuote) {
  EXPECT_TRUE(has(refused("a,b\n\"1,2\n"), {"line 2", "does not end"}));
  EXPECT_TRUE(has(refused("a,b\n\"1\"2,3\n"), {"text after a quoted cell"}));
}

TEST_F(Csv, AnEmptyCellIsNullWhereItMayBe) {
  const Table t = readCsv(file("o.csv", "x,c\n1,\n2,3\n4,\"\"\n"), "data", {},
                          2, {false, true});
  EXPECT_TRUE(std::isnan(t.values[1]));
  EXPECT_EQ(t.values[3], 3);
  EXPECT_TRUE(std::isnan(t.values[5]));
}

// Blank lines used to be dropped, which would move every row behind them.
TEST_F(Csv, AnEmptyLineOfOneOptionalColumnIsNull) {
  const Table t = readCsv(file("o.csv", "c\n1\n\n2\n"), "data", {}, 1, {true});
  ASSERT_EQ(t.rows, 3);
  EXPECT_TRUE(std::isnan(t.values[1]));
  EXPECT_EQ(t.values[2], 2);
}

TEST_F(Csv, AnEmptyCellElsewhereIsRefused) {
  EXPECT_TRUE(has(errorOf([&] {
                    readCsv(file("o.csv", "x,c\n1,\n,3\n"), "data", {}, 2,
                            {false, true});
                  }),
                  {"line 3", "'x' is empty"}));
}
