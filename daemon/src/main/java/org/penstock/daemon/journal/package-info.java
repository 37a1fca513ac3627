/**
 * The journal: what makes an acknowledged frame findable after a crash. The format is specified, with a hex dump, in
 * {@code src/docs/journal.md}.
 *
 * <p>HDF5 keeps the index of an open file in memory, so a daemon that dies leaves a file whose chunks nobody finds. A journal beside the file
 * says where they are. It is a header that describes the whole, then entries, each with a checksum and a number, appended by one write each:
 *
 * <pre>
 *   header │ chunk 0 │ chunk 1 │ frames 2 │ event 3 │ chunk 4 │ … │ end │ 0 0 0 0
 *          └ JournalWriter, one thread, before the acknowledgement       └ room made ahead
 * </pre>
 *
 * <ul>
 *   <li>{@link org.penstock.daemon.journal.JournalWriter} appends. It allocates nothing for a chunk, makes room ahead
 *       ({@code reserve}), and gives up for good after the first write that failed.
 *   <li>{@link org.penstock.daemon.journal.JournalReader} replays: the entries up to the first bad one, and a
 *       {@link org.penstock.daemon.journal.JournalTail} that says why it stopped there. What it hands out is what was written, or nothing.
 *   <li>{@link org.penstock.daemon.journal.JournalEntry}: the five kinds of entries; {@link org.penstock.daemon.journal.Journal}: a whole small
 *       journal in memory.
 * </ul>
 *
 * <p>A journal of a part file ({@link org.penstock.daemon.journal.JournalKind#PART}) lives as long as its part is open. One of a scan
 * ({@link org.penstock.daemon.journal.JournalKind#SCAN}) lives as long as the scan and is reopened after a restart.
 *
 * <p>A leaf package: it knows nothing of HDF5, JSON or scans. Descriptions and events are text that others write and read.
 */
@NullMarked
package org.penstock.daemon.journal;

import org.jspecify.annotations.NullMarked;
