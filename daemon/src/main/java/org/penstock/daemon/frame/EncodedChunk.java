package org.penstock.daemon.frame;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.BitSet;

/**
 * A chunk that is ready for its file. Its memory belongs to whoever hands it over and is not kept.
 *
 * <p><b>Threading:</b> confined to its owner of the moment.
 */
public interface EncodedChunk {
    /** Returns the stored index, in the stream, of the chunk's first frame. */
    long firstFrame();

    /** Returns the positions in the chunk of the frames that came. */
    BitSet present();

    /** Returns the senders' checksums, by position; meaningless where no frame is present. */
    IntBuffer checksums();

    /** Returns what came with the frames: records one behind the other, by position; meaningless where no frame is present. */
    ByteBuffer values();

    /** Returns the frames as they came, a full chunk's bytes. */
    MemorySegment raw();

    /** Returns what goes into the file, from its beginning. */
    MemorySegment toStore();

    /** Returns how many bytes go into the file. */
    long toStoreBytes();

    /** Returns whether the filter pipeline was applied, or the filter mask must say that it was not. */
    boolean isEncoded();

    /** Returns the CRC-32C of what goes into the file. */
    int storedCrc();
}
