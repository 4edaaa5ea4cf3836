//===- Allocate.cpp - Spaces and addresses of buffers ---------------------===//
//
// Decides for every buffer the space it needs (one tile, a chunk, the batch;
// the call or longer) and a place there, shared by buffers whose lives do not
// meet. Lives are intervals of program order.
//
//===----------------------------------------------------------------------===//
#include "Tile/Transforms/Lowering.h"

using namespace mlir;
using namespace rill::tile;

namespace {

struct Item {
  BufferOp buffer;
  Space space;
  int64_t begin, end; // positions, both included
  int64_t size, at = 0;
};

class Allocator {
public:
  Allocator(ProgramOp program, const DenseMap<Operation *, Operation *> &scopes)
      : program(program), scopes(scopes) {}
  void run();

private:
  void number(Operation *op);
  SmallVector<Operation *> usersOf(Value value);
  Item itemOf(BufferOp buffer, ArrayRef<Operation *> users);
  Space spaceOf(BufferOp buffer, ArrayRef<Operation *> users);
  void place(SmallVector<Item> &items, Space space);

  ProgramOp program;
  const DenseMap<Operation *, Operation *> &scopes;
  DenseMap<Operation *, std::pair<int64_t, int64_t>> span;
  int64_t next = 0;
};

} // namespace

void Allocator::number(Operation *op) {
  int64_t begin = next++;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Operation &inner : block)
        number(&inner);
  span[op] = {begin, next++};
}

/// What reads or writes the buffer, through views.
SmallVector<Operation *> Allocator::usersOf(Value value) {
  SmallVector<Operation *> users;
  SmallVector<Value> open{value};
  while (!open.empty())
    for (Operation *user : open.pop_back_val().getUsers()) {
      if (isa<ViewOp>(user))
        open.push_back(user->getResult(0));
      else
        users.push_back(user);
    }
  return users;
}

static bool isLoop(Operation *op) { return isa<LoopOp, RepeatOp>(op); }

/// The outermost loop around `op` and inside `scope`, or null.
static Operation *loopWithin(Operation *op, Operation *scope) {
  Operation *outermost = nullptr;
  while ((op = op->getParentOp()) && op != scope)
    if (isLoop(op))
      outermost = op;
  return outermost;
}

Space Allocator::spaceOf(BufferOp buffer, ArrayRef<Operation *> users) {
  if (buffer.getSpace() == Space::sink)
    return Space::sink;
  Layout layout = bufOf(buffer.getResult()).getLayout();
  if (layout == Layout::mem || layout == Layout::packed) {
    for (Operation *user : users)
      if (auto once = user->getParentOfType<OnceOp>();
          once && once.getPrepared())
        return Space::prepared;
    return Space::scratch;
  }
  Operation *scope = scopes.lookup(buffer);
  auto tiles = users.front()->getParentOfType<TilesOp>();
  auto each = users.front()->getParentOfType<EachOp>();
  for (Operation *user : users) {
    Operation *loop = loopWithin(user, scope);
    if (user->getParentOfType<TilesOp>() != tiles ||
        isa_and_nonnull<RepeatOp>(loop))
      return Space::stored;
    if (user->getParentOfType<EachOp>() != each ||
        (loop && each && !each->isAncestor(loop)))
      each = {};
  }
  return each ? Space::local : Space::chunk;
}

Item Allocator::itemOf(BufferOp buffer, ArrayRef<Operation *> users) {
  Item item{buffer, spaceOf(buffer, users), next, 0, 0};
  for (Operation *user : users) {
    Operation *whole = user;
    // Sinks live for all tiles; so may what a pass reads.
    if (item.space == Space::sink || item.space == Space::scratch)
      if (auto tiles = user->getParentOfType<TilesOp>())
        whole = tiles;
    if (Operation *loop = loopWithin(whole, scopes.lookup(buffer)))
      whole = loop;
    item.begin = std::min(item.begin, span[whole].first);
    item.end = std::max(item.end, span[whole].second);
  }
  if (item.space == Space::prepared) {
    item.begin = 0;
    item.end = next;
  }
  item.size =
      extentOf(bufOf(buffer.getResult()), item.space, program.getLanes());
  return item;
}

/// First fit in order of birth. Returns what the space needs.
static int64_t fit(SmallVectorImpl<Item *> &items, int64_t alignment) {
  // Items lie in one array: their addresses break ties.
  llvm::sort(items, [](Item *a, Item *b) {
    return std::tie(a->begin, a) < std::tie(b->begin, b);
  });
  int64_t size = 0;
  for (size_t k = 0; k < items.size(); ++k) {
    Item *item = items[k];
    SmallVector<Item *> alive;
    for (size_t j = 0; j < k; ++j)
      if (items[j]->end >= item->begin)
        alive.push_back(items[j]);
    llvm::sort(alive, [](Item *a, Item *b) { return a->at < b->at; });
    for (Item *other : alive)
      if (item->at + item->size > other->at)
        item->at = std::max(item->at, int64_t(llvm::alignTo(
                                          other->at + other->size, alignment)));
    size = std::max(size, item->at + item->size);
  }
  return llvm::alignTo(size, alignment);
}

void Allocator::place(SmallVector<Item> &items, Space space) {
  SmallVector<Item *> here;
  for (Item &item : items)
    if (item.space == space)
      here.push_back(&item);
  bool bytes = space == Space::prepared || space == Space::scratch ||
               space == Space::sink;
  int64_t size = fit(here, bytes ? 64 : 1);
  for (Item *item : here) {
    item->buffer.setSpace(space);
    item->buffer.setAt(item->at);
  }
  switch (space) {
  case Space::prepared:
    return program.setPrepared(size);
  case Space::scratch:
    return program.setScratch(size);
  case Space::sink:
    return program.setSink(size);
  case Space::local:
    return program.setLocal(size);
  case Space::chunk:
    return program.setChunkRows(size);
  case Space::stored:
    return program.setStored(size);
  default:
    llvm_unreachable("callers' memory is not allocated");
  }
}

void Allocator::run() {
  number(program);
  SmallVector<BufferOp> buffers;
  for (auto buffer : program.getBlock().getOps<BufferOp>())
    buffers.push_back(buffer);
  SmallVector<Item> items;
  for (BufferOp buffer : buffers) {
    SmallVector<Operation *> users = usersOf(buffer.getResult());
    if (int64_t(buffer.getAt()) < 0 && !users.empty())
      items.push_back(itemOf(buffer, users));
    if (!users.empty())
      continue;
    program.walk([&](ViewOp view) {
      if (view.getSource() == buffer.getResult() && view->use_empty())
        view.erase();
    });
    if (buffer->use_empty())
      buffer.erase();
  }
  for (Space space : {Space::prepared, Space::scratch, Space::sink,
                      Space::local, Space::chunk, Space::stored})
    place(items, space);
  int64_t chunk = 1;
  program.walk([&](TilesOp tiles) {
    chunk = std::max<int64_t>(chunk, tiles.getChunk());
  });
  program.setChunk(chunk);
}

void rill::tile::allocate(ProgramOp program,
                          const DenseMap<Operation *, Operation *> &scopes) {
  Allocator(program, scopes).run();
}
