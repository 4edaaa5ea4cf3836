//===- MockProgram.cpp - A compiled program written by hand ---------------===//

#include "MockProgram.h"

#include "rill/philox.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace rill::test {

static constexpr int64_t chunk = 32; // samples of one task
static constexpr int parts = 10;     // partial sums of a chunk: loss, 9 grads

/// Runs f(chunk) for every chunk of the batch, on the caller's workers.
template <typename F> static void eachChunk(const RillCall *call, F f) {
  const int64_t tasks = (call->batch + chunk - 1) / chunk;
  auto task = [](void *env, int64_t i, int64_t) {
    (*static_cast<F *>(env))(i);
  };
  if (call->parallel)
    call->parallel(call->pool, tasks, task, &f);
  else
    for (int64_t i = 0; i < tasks; ++i)
      f(i);
}

template <typename F> static void eachSample(const RillCall *call, F f) {
  eachChunk(call, [&](int64_t c) {
    for (int64_t i = c * chunk; i < std::min(call->batch, (c + 1) * chunk); ++i)
      f(i);
  });
}

/// exp of the four scales, kept in prepared memory.
template <typename T> static const T *scales(const RillCall *call, const T *s) {
  T *e = static_cast<T *>(call->prepared);
  if (!call->prepared_valid)
    for (int k = 0; k < 4; ++k)
      e[k] = std::exp(s[k]);
  return e;
}

template <typename T> struct Sample {
  T x[2], y[2], u[2], z[2];
};

template <typename T>
static Sample<T> forward(const T *x, const T *e, const T *b, T w) {
  Sample<T> v;
  for (int k = 0; k < 2; ++k) {
    v.x[k] = x[k];
    v.y[k] = x[k] * e[k] + b[k];
    v.u[k] = v.y[k] * e[2 + k] + b[2 + k];
  }
  v.z[0] = v.u[0];
  v.z[1] = v.u[1] - w * v.u[0];
  return v;
}

template <typename T> static T logDensity(const Sample<T> &v, const T *s) {
  return T(-0.5) * (v.z[0] * v.z[0] + v.z[1] * v.z[1]) - T(std::log(2 * M_PI)) +
         s[0] + s[1] + s[2] + s[3];
}

double mockLogDensity(const double *p, double x0, double x1) {
  const double x[] = {x0, x1};
  double e[4];
  for (int k = 0; k < 4; ++k)
    e[k] = std::exp(p[k]);
  return logDensity(forward(x, e, p + 4, p[8]), p);
}

// Arguments of the density kernels: x, s, b, w; of the others: as named.
template <typename T, bool Noisy> static int32_t logp(const RillCall *call) {
  auto *x = static_cast<const T *>(call->in[0]);
  auto *s = static_cast<const T *>(call->in[1]);
  auto *b = static_cast<const T *>(call->in[2]);
  auto *w = static_cast<const T *>(call->in[3]);
  const T *e = scales(call, s);
  auto *out = static_cast<T *>(call->out[0]);
  eachSample(call, [&](int64_t i) {
    out[i] = logDensity(forward(x + 2 * i, e, b, *w), s);
    if (Noisy)
      out[i] *= T(1.01);
  });
  return 0;
}

template <typename T, bool Wrong> static int32_t latent(const RillCall *call) {
  auto *x = static_cast<const T *>(call->in[0]);
  auto *s = static_cast<const T *>(call->in[1]);
  auto *b = static_cast<const T *>(call->in[2]);
  auto *w = static_cast<const T *>(call->in[3]);
  const T *e = scales(call, s);
  auto *z = static_cast<T *>(call->out[0]);
  auto *logDet = static_cast<T *>(call->out[1]);
  eachSample(call, [&](int64_t i) {
    const Sample<T> v = forward(x + 2 * i, e, b, *w);
    z[2 * i] = v.z[0];
    z[2 * i + 1] = v.z[1];
    logDet[i] = s[0] + s[1] + s[2] + (Wrong ? T(0) : s[3]);
  });
  return 0;
}

template <typename T>
static void inverse(const T *z, const T *e, const T *b, T w, T *x) {
  T u[2] = {z[0], z[1] + w * z[0]};
  for (int k = 0; k < 2; ++k)
    x[k] = ((u[k] - b[2 + k]) / e[2 + k] - b[k]) / e[k];
}

template <typename T, bool Wrong>
static int32_t generate(const RillCall *call) {
  auto *z = static_cast<const T *>(call->in[0]);
  auto *s = static_cast<const T *>(call->in[1]);
  auto *b = static_cast<const T *>(call->in[2]);
  auto *w = static_cast<const T *>(call->in[3]);
  const T *e = scales(call, s);
  auto *x = static_cast<T *>(call->out[0]);
  eachSample(call, [&](int64_t i) {
    inverse(z + 2 * i, e, b, *w, x + 2 * i);
    if (Wrong)
      x[2 * i] *= T(1.001);
  });
  return 0;
}

template <typename T> static int32_t sample(const RillCall *call) {
  auto *s = static_cast<const T *>(call->in[0]);
  auto *b = static_cast<const T *>(call->in[1]);
  auto *w = static_cast<const T *>(call->in[2]);
  const T *e = scales(call, s);
  auto *x = static_cast<T *>(call->out[0]);
  const uint64_t key = philox::drawKey(call->seed, call->step, 0);
  eachSample(call, [&](int64_t i) {
    T z[2];
    for (int k = 0; k < 2; ++k)
      z[k] = T(philox::normal32(
          philox::drawWord(key, uint64_t(call->first_sample + i), k)));
    inverse(z, e, b, *w, x + 2 * i);
  });
  return 0;
}

/// Adds the loss and its gradient of one sample: s[4], b[4], w.
template <typename T>
static void addGradient(const Sample<T> &v, const T *s, const T *e, T w,
                        T *sum) {
  sum[0] -= logDensity(v, s);
  const T u0 = v.z[0] - w * v.z[1], u1 = v.z[1]; // d loss / d u
  const T du[2] = {u0, u1};
  for (int k = 0; k < 2; ++k) {
    const T dy = du[k] * e[2 + k];
    sum[1 + k] += dy * v.x[k] * e[k] - 1;
    sum[3 + k] += du[k] * v.y[k] * e[2 + k] - 1;
    sum[5 + k] += dy;
    sum[7 + k] += du[k];
  }
  sum[9] -= v.z[1] * v.u[0];
}

/// Loss (and gradient): partial sums of each chunk, added in order.
template <typename T, bool Gradient, bool Wrong>
static int32_t lossOf(const RillCall *call) {
  auto *x = static_cast<const T *>(call->in[0]);
  auto *s = static_cast<const T *>(call->in[1]);
  auto *b = static_cast<const T *>(call->in[2]);
  auto *w = static_cast<const T *>(call->in[3]);
  const T *e = scales(call, s);
  T *partial = static_cast<T *>(call->workspace);
  eachChunk(call, [&](int64_t c) {
    T *sum = partial + c * parts;
    std::fill(sum, sum + parts, T(0));
    for (int64_t i = c * chunk; i < std::min(call->batch, (c + 1) * chunk); ++i)
      addGradient(forward(x + 2 * i, e, b, *w), s, e, *w, sum);
  });
  T total[parts] = {};
  for (int64_t c = 0; c < (call->batch + chunk - 1) / chunk; ++c)
    for (int k = 0; k < parts; ++k)
      total[k] += partial[c * parts + k];
  for (T &t : total)
    t /= T(call->batch);
  std::memcpy(call->out[0], total, sizeof(T));
  if (!Gradient)
    return 0;
  if (Wrong)
    total[9] *= T(1.01);
  std::memcpy(call->out[1], total + 1, 4 * sizeof(T));
  std::memcpy(call->out[2], total + 5, 4 * sizeof(T));
  std::memcpy(call->out[3], total + 9, sizeof(T));
  return 0;
}

/// A loss that is NaN from a step on.
template <typename T, int From> static int32_t nanLoss(const RillCall *call) {
  lossOf<T, true, false>(call);
  if (call->step >= From)
    *static_cast<T *>(call->out[0]) = T(NAN);
  return 0;
}

/// The first layer standardises the first batch; the second starts as identity.
template <typename T> static int32_t init(const RillCall *call) {
  auto *x = static_cast<const T *>(call->in[0]);
  auto *s = static_cast<T *>(call->out[0]), *b = static_cast<T *>(call->out[1]);
  std::fill(s, s + 4, T(0));
  std::fill(b, b + 4, T(0));
  for (int k = 0; k < 2; ++k) {
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < call->batch; ++i)
      mean += x[2 * i + k] / double(call->batch);
    for (int64_t i = 0; i < call->batch; ++i)
      squares += (x[2 * i + k] - mean) * (x[2 * i + k] - mean);
    s[k] = T(-0.5 * std::log(squares / double(call->batch)));
    b[k] = T(-mean * std::exp(s[k]));
  }
  *static_cast<T *>(call->out[2]) =
      T(0.01 * philox::normal32(
                   philox::drawWord(philox::drawKey(call->seed, 0, 1), 0, 0)));
  return 0;
}

static int64_t workspace(int64_t batch, int64_t) {
  return (batch + chunk - 1) / chunk * parts * int64_t(sizeof(double)) + 64;
}

template <typename T>
static RillKernel kernelOf(const char *name, RillKernelFn fn, bool only512) {
  RillKernel kernel{};
  kernel.name = name;
  for (int isa = 0; isa < 3; ++isa)
    if (!only512 || isa == RILL_ISA_AVX512) {
      kernel.run[isa] = fn;
      kernel.workspace[isa] = workspace;
    }
  kernel.prepared_bytes = 4 * sizeof(T);
  return kernel;
}

template <typename T>
static void addKernels(std::vector<RillKernel> &list, bool f64,
                       const MockOptions &o) {
  auto add = [&](const char *single, const char *twice, RillKernelFn fn) {
    list.push_back(kernelOf<T>(f64 ? twice : single, fn, o.avx512Only));
  };
  const bool noisy = o.noisySingle && sizeof(T) == 4;
  add("p.logp", "p.logp@f64", noisy ? logp<T, true> : logp<T, false>);
  add("p.latent", "p.latent@f64",
      o.wrongLogDet ? latent<T, true> : latent<T, false>);
  add("p.generate", "p.generate@f64",
      o.wrongGenerate ? generate<T, true> : generate<T, false>);
  add("p.sample", "p.sample@f64", sample<T>);
  add("train0.loss", "train0.loss@f64", lossOf<T, false, false>);
  RillKernelFn grad =
      o.wrongGradient ? lossOf<T, true, true> : lossOf<T, true, false>;
  if (o.nanLoss)
    grad = nanLoss<T, 25>;
  add("train0.grad", "train0.grad@f64", grad);
  add("train0.init", "train0.init@f64", init<T>);
}

/// Metadata of the kernels, of type `type`; `suffix` is "" or "@f64".
static std::string kernelsJson(const std::string &type,
                               const std::string &suffix) {
  auto arg = [&](const char *role, int param, bool varying, const char *shape) {
    return fmt::format(
        R"({{"role":"{}","name":"x","param":{},"varying":{},"shape":{},"type":"{}"}})",
        role, param, varying, shape, type);
  };
  const std::string params = arg("param", 0, false, "[2,2]") + "," +
                             arg("param", 1, false, "[2,2]") + "," +
                             arg("param", 2, false, "[1]");
  const std::string x = arg("data", -1, true, "[2]");
  const std::string z = arg("latent", -1, true, "[2]");
  auto result = [&](const char *role, int param, bool varying,
                    const char *shape) {
    return fmt::format(
        R"({{"role":"{}","param":{},"varying":{},"shape":{},"type":"{}"}})",
        role, param, varying, shape, type);
  };
  auto arrays = [&](const char *role) {
    return result(role, 0, false, "[2,2]") + "," +
           result(role, 1, false, "[2,2]") + "," +
           result(role, 2, false, "[1]");
  };
  auto kernel = [&](const char *name, const std::string &args,
                    const std::string &results) {
    return fmt::format(
        R"({{"name":"{}{}","precision":"{}","args":[{}],"results":[{}],"flops":20}})",
        name, suffix, type, args, results);
  };
  const std::string value = result("value", -1, true, "[2]");
  const std::string loss = result("loss", -1, false, "[]");
  return kernel("p.logp", x + "," + params, result("logp", -1, true, "[]")) +
         "," +
         kernel("p.latent", x + "," + params,
                value + "," + result("logdet", -1, true, "[]")) +
         "," + kernel("p.generate", z + "," + params, value) + "," +
         kernel("p.sample", params, value) + "," +
         kernel("train0.loss", x + "," + params, loss) + "," +
         kernel("train0.grad", x + "," + params, loss + "," + arrays("grad")) +
         "," + kernel("train0.init", x, arrays("param"));
}

static std::string trainJson(const MockOptions &o, int batch) {
  return fmt::format(
      R"({{"models":["p"],"data":"rows","loss":"train0.loss","grad":"train0.grad","init":"train0.init",
"init_uses_data":true,"params":[0,1,2],"optimizer":{{"kind":"{}","lr":{},"beta1":0.9,"beta2":0.999,"eps":1e-8,"weight_decay":0}},
"clip":{},"ema":{},"batch":{},"steps":{},"every":{},"patience":{}}})",
      o.optimizer, o.lr, o.clip, o.ema, batch, o.steps, o.every, o.patience);
}

static std::string metadataOf(const MockOptions &o) {
  std::string kernels = kernelsJson(o.precision, "");
  if (o.precision == "f32")
    kernels += "," + kernelsJson("f64", "@f64");
  const std::string field =
      fmt::format(R"({{"name":"x","kind":"{}","shape":[2]}})", o.space);
  std::string text = fmt::format(
      R"({{"rill":1,"name":"mock","precision":"{}","main":"p","hash":"{}",
"params":[{{"path":"p.*.affine.s","stack":[2],"shape":[{}],"space":"Real[2]","chart":"identity"}},
{{"path":"p.*.affine.b","stack":[2],"shape":[2],"space":"Real[2]","chart":"identity"}},
{{"path":"p.shear.w","stack":[],"shape":[1],"space":"Real[1]","chart":"identity"}}],
"data":[{{"name":"rows","format":"csv","path":"{}","columns":["a","b"],"fields":[{}],"hold":{},"valid":{},"seed":1}}],
"kernels":[{}],)",
      o.precision, o.hash, o.shape, o.data, field, o.hold, o.valid, kernels);
  std::string trains = trainJson(o, o.batch);
  if (o.trains > 1)
    trains += "," + trainJson(o, 16);
  text += fmt::format(
      R"("dists":[{{"name":"p","fields":[{}],"kind":"exact","why":"a chain of affine maps","params":[0,1,2],
"logp":"p.logp","sample":"p.sample","latent":"p.latent","generate":"p.generate",
"density_direction":"parallel","sampling_direction":"parallel"}}],
"trains":[{}],
"checks":{},"tests":{}{}}})",
      field, trains, o.checks, o.tests,
      o.topInit ? R"(,"init":"train0.init")" : "");
  return text;
}

MockProgram::MockProgram(const MockOptions &options)
    : metadata(metadataOf(options)) {
  if (options.precision == "f32") {
    addKernels<float>(kernels, false, options);
    addKernels<double>(kernels, true, options);
  } else {
    addKernels<double>(kernels, false, options);
  }
  program = {RILL_ABI_VERSION, int32_t(kernels.size()), kernels.data(),
             metadata.c_str()};
}

} // namespace rill::test
