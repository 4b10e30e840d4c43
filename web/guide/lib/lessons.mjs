// The lessons' pages; none yet.
export const lessonPages = () => [];
