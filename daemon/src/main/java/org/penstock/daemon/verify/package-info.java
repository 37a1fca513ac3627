/**
 * {@code ./penstock verify}: is what lies in the files what the detectors sent?
 *
 * <pre>
 *   Verification ──path──▶ ReaderProcess ═══ another JVM: Reader ═══ FileCheck ──┬─▶ FrameCheck ──▶ ChunkCheck (several threads)
 *        ▲                      │                                                ├─▶ SourceCheck   virtual datasets
 *        └──── FileReport ◀─────┘                                                └─▶ LinkCheck     soft and external links
 * </pre>
 *
 * <p>{@link org.penstock.daemon.verify.Verification} finds the files and adds up. Each file is opened by a process of its own,
 * because libhdf5 is C code that was not written for files that somebody damaged: it may crash, or never return. A reader
 * that is lost costs its file a {@code reader_lost}, and the next file gets a new one; so does the file after one that was
 * found unreadable, since nobody knows what that left in memory.
 *
 * <p>libhdf5 says where the chunks lie. Their bytes are then read from the file itself, proved by {@code chunk_crc32c},
 * decoded by decoders that share nothing with the encoders, and proved again, frame by frame, by the sender's checksum
 * ({@link org.penstock.daemon.nexus.Integrity}). A file is read piece by piece, and nothing is written anywhere.
 */
@NullMarked
package org.penstock.daemon.verify;

import org.jspecify.annotations.NullMarked;
