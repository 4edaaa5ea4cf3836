# One configuration for every lit suite: RUN lines see rill, rill-opt, FileCheck, not.
import os
import lit.formats

config.name = "rill"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".rill", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.rill_source_dir, "test")
config.test_exec_root = os.path.join(config.rill_build_dir, "test")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.rill_build_dir, "bin"), config.llvm_tools_dir, os.environ["PATH"]])
config.substitutions.append(("%examples", os.path.join(config.rill_source_dir, "examples")))
config.substitutions.append(("%src", config.rill_source_dir))
config.substitutions.append(("%build", config.rill_build_dir))
