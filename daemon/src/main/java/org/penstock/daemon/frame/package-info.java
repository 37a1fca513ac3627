/**
 * Small notions of frames that every other package shares: {@link org.penstock.daemon.frame.FrameGeometry}, which chunk and part file a frame
 * belongs to, {@link org.penstock.daemon.frame.ChunkForm}, how chunks arrive and are stored, and {@link org.penstock.daemon.frame.FrameSet}, which
 * frames. A leaf package.
 */
@NullMarked
package org.penstock.daemon.frame;

import org.jspecify.annotations.NullMarked;
