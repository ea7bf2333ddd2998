// Memory that lasts until the host's call returns: views, and the bytes that host calls hand in. Chunks are kept and
// used again; what does not fit a chunk gets a block of its own, the largest of which is kept too.

const CHUNK: usize = 16384;
const MAX_KEPT_BLOCK: usize = 1 << 20;

let chunks: StaticArray<usize> = new StaticArray<usize>(16);
let chunkCount: i32 = 0;
let chunkIndex: i32 = -1;
let cursor: usize = 0;
let limit: usize = 0;

let keptBlock: usize = 0;
let keptSize: usize = 0;
let keptTaken: bool = false;
let blocks: StaticArray<usize> = new StaticArray<usize>(8);
let blockCount: i32 = 0;

/** `size` bytes, aligned to 8, good until `releaseArena`. */
@inline
export function arenaTake(size: usize): usize {
  const needed = (size + 7) & ~7;
  const at = cursor;
  if (needed > limit - at) return takeElsewhere(size, needed);
  cursor = at + needed;
  return at;
}

/** Forgets all that was taken. Called by the dispatcher when the outermost call from the host returns; never by authors. */
export function releaseArena(): void {
  if (chunkIndex >= 0) {
    chunkIndex = 0;
    cursor = unchecked(chunks[0]);
    limit = cursor + CHUNK;
  }
  keptTaken = false;
  while (blockCount > 0) heap.free(unchecked(blocks[--blockCount]));
}

function takeElsewhere(size: usize, needed: usize): usize {
  if (needed > CHUNK) return takeBlock(size);
  nextChunk();
  const at = cursor;
  cursor = at + needed;
  return at;
}

function nextChunk(): void {
  chunkIndex++;
  if (chunkIndex == chunkCount) {
    chunks = withRoom(chunks, chunkCount);
    unchecked((chunks[chunkCount++] = heap.alloc(CHUNK)));
  }
  cursor = unchecked(chunks[chunkIndex]);
  limit = cursor + CHUNK;
}

function takeBlock(size: usize): usize {
  if (!keptTaken && size <= MAX_KEPT_BLOCK) {
    if (size > keptSize) {
      if (keptBlock) heap.free(keptBlock);
      keptBlock = heap.alloc(size);
      keptSize = size;
    }
    keptTaken = true;
    return keptBlock;
  }
  blocks = withRoom(blocks, blockCount);
  const block = heap.alloc(size);
  unchecked((blocks[blockCount++] = block));
  return block;
}

function withRoom(list: StaticArray<usize>, count: i32): StaticArray<usize> {
  if (count < list.length) return list;
  const wider = new StaticArray<usize>(list.length * 2);
  for (let i = 0; i < count; i++) unchecked((wider[i] = list[i]));
  return wider;
}
