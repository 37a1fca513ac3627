/**
 * Part files and the journals beside them: how a frame becomes safe, and how it is found again.
 *
 * <p>A {@link org.penstock.daemon.storage.SourceFile} is one open data file with its journal: a chunk is written to the file, then its address to the
 * journal ({@code PartJournal}; none where {@code storage.journal} is off); only then may its frames be acknowledged.
 * {@link org.penstock.daemon.storage.SyncThread} makes files and journals survive a power loss, in groups.
 *
 * <p>What a journal's header says is in {@link org.penstock.daemon.storage.ScanRecord}, {@link org.penstock.daemon.storage.StreamRecord} and
 * {@link org.penstock.daemon.storage.PartRecord}: enough to make the whole file anew. After a crash, or a failed write, a part has several sources:
 * the broken one and a continuation. {@link org.penstock.daemon.storage.PartRebuild} makes one part file of them, checked chunk by chunk, and gives
 * it the part's name.
 */
@NullMarked
package org.penstock.daemon.storage;

import org.jspecify.annotations.NullMarked;
