//===- ParamsFileTest.cpp - Parameter files and safetensors ---------------===//

#include "Runtime/ParamsFile.h"
#include "Runtime/Model.h"
#include "Testing.h"

#include <cmath>

using namespace rill::rt;
using namespace rill::test;

class ParamsFile : public InFolder {
protected:
  void SetUp() override {
    InFolder::SetUp();
    for (int p = 0; p < 3; ++p)
      for (int64_t i = 0; i < model.params().layout().size[p]; ++i)
        model.params().set(p, i, 0.1 * double(p + 1) + double(i));
    ParamsOrigin origin{5, 30, {{"rows", 9}}};
    saveParams(path("m"), model.plan(), model.params(), origin);
  }
  /// The error of loading `file` into a program with these options.
  std::string refused(const std::string &file,
                      const MockOptions &options = {}) {
    MockProgram program(options);
    Model other(*program.get());
    return errorOf([&] { loadParams(file, other.plan(), other.params()); });
  }

  MockProgram mock;
  Model model{*mock.get()};
};

TEST_F(ParamsFile, GivesBackEveryBitAndItsOrigin) {
  Model other(*mock.get());
  const ParamsOrigin origin =
      loadParams(path("m"), other.plan(), other.params());
  for (int p = 0; p < 3; ++p)
    for (int64_t i = 0; i < model.params().layout().size[p]; ++i)
      EXPECT_EQ(other.params().get(p, i), model.params().get(p, i));
  EXPECT_EQ(origin.seed, 5u);
  EXPECT_EQ(origin.step, 30);
  EXPECT_EQ(origin.splits.at("rows"), 9u);
}

TEST_F(ParamsFile, NamesEachStepApart) {
  const TensorFile file = TensorFile::read(path("m"), "file");
  ASSERT_TRUE(file.find("p.1.affine.s"));
  EXPECT_EQ(file.find("p.1.affine.s")->shape, (std::vector<int64_t>{2}));
  EXPECT_FLOAT_EQ(file.find("p.1.affine.s")->get(0), 2.1f);
  EXPECT_TRUE(file.find("p.shear.w"));
  EXPECT_FALSE(file.find("p.*.affine.s"));
}

TEST_F(ParamsFile, EqualParametersGiveEqualBytes) {
  saveParams(path("again"), model.plan(), model.params(),
             {5, 30, {{"rows", 9}}});
  EXPECT_EQ(contentOf(path("m")), contentOf(path("again")));
}

TEST_F(ParamsFile, IsReadByAProgramOfAnotherPrecision) {
  EXPECT_EQ(refused(path("m"), {.precision = "f64"}), "no error");
}

TEST_F(ParamsFile, RefusesEveryTruncation) {
  const std::string whole = contentOf(path("m"));
  for (size_t n = 0; n < whole.size(); ++n) {
    const std::string text = refused(file("cut", whole.substr(0, n)));
    EXPECT_TRUE(has(text, {n == 0 ? "is empty" : "is truncated"})) << n;
  }
}

TEST_F(ParamsFile, SurvivesAnyDamagedByteOfTheHeader) {
  const std::string whole = contentOf(path("m"));
  for (size_t n = 0; n < whole.size() - 36; ++n) {
    std::string damaged = whole;
    damaged[n] ^= 0x15;
    refused(file("damaged", damaged)); // An error or none, but no crash.
  }
}

TEST_F(ParamsFile, RefusesWhatIsNotSafetensors) {
  EXPECT_TRUE(has(refused(file("x", "a,b\n1,2\n3,4\n5,6\n")),
                  {"is not a safetensors file"}));
}

TEST_F(ParamsFile, RefusesAnotherProgramsFile) {
  EXPECT_TRUE(has(refused(path("m"), {.hash = "other"}),
                  {"from another program", "mockhash", "other"}));
}

TEST_F(ParamsFile, RefusesAnotherShapeAndNamesIt) {
  EXPECT_TRUE(
      has(refused(path("m"), {.hash = "other", .shape = 3}),
          {"'p.0.affine.s' has another shape", "found [2]", "has [3]"}));
}

TEST_F(ParamsFile, RefusesAForeignSafetensorsFile) {
  const float one[2] = {1, 2};
  writeTensors(path("foreign"),
               {{"w", Type::F32, {2}, reinterpret_cast<const char *>(one)}},
               {});
  EXPECT_TRUE(
      has(refused(path("foreign")), {"was not written by a Rill program"}));
}

TEST_F(ParamsFile, RefusesAMissingTensorByName) {
  std::vector<Tensor> tensors = instanceTensors(
      model.params().specs(), model.params().layout(), model.params().values());
  tensors.pop_back();
  writeTensors(path("short"), tensors, identityOf(model.plan()));
  EXPECT_TRUE(has(refused(path("short")), {"lacks the parameter 'p.shear.w'"}));
}

TEST_F(ParamsFile, RefusesNaN) {
  model.params().set(2, 0, NAN);
  saveParams(path("nan"), model.plan(), model.params(), {});
  EXPECT_TRUE(has(refused(path("nan")), {"'p.shear.w' holds nan"}));
}
