package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a closed part says of itself, where no journal says it: its frames are those of its chunks.
 *
 * @param frames its length
 * @param missing stored frames, as indices of the stream, that it does not have
 */
record ClosedPartFile(long frames, List<FrameRange> missing) {
    private static final Logger LOG = LoggerFactory.getLogger(ClosedPartFile.class);

    /** Looks into a file; null when it cannot be read. */
    static @Nullable ClosedPartFile look(StreamRecord stream, long part) {
        Path file = stream.names().file(part);
        long first = part * stream.cut().framesPerFile();
        int chunkFrames = stream.cut().chunkFrames();
        try (Hdf5File hdf5 = Hdf5File.openReadOnly(file)) {
            List<StoredChunk> chunks =
                    PartFile.storedChunks(hdf5, stream.description().groups().dataPath(), stream.description());
            long end = 0;
            List<FrameRange> missing = new ArrayList<>();
            for (StoredChunk chunk : chunks.stream()
                    .sorted(Comparator.comparingLong(StoredChunk::firstFrame))
                    .toList()) {
                if (chunk.firstFrame() > end) {
                    missing.add(new FrameRange(first + end, chunk.firstFrame() - end));
                }
                end = chunk.firstFrame() + chunkFrames;
            }
            return new ClosedPartFile(Math.min(end, stream.cut().framesPerFile()), missing);
        } catch (StorageException e) {
            LOG.error("closed part not readable: file={}: {}", file, e.getMessage());
            return null;
        }
    }
}
