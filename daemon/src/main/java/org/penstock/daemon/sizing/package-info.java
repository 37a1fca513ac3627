/**
 * How large a node must be: {@link org.penstock.daemon.sizing.DetectorLoad} is what a detector brings,
 * {@link org.penstock.daemon.sizing.NodeSize} what that needs. A leaf: who asks brings measured rates.
 */
@NullMarked
package org.penstock.daemon.sizing;

import org.jspecify.annotations.NullMarked;
