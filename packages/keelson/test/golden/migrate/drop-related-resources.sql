-- contract: contract, transaction yes

alter table "articles" drop constraint "articles_author_id_fkey";

alter table "articles_tags" drop constraint "articles_tags_article_id_fkey";

alter table "articles_tags" drop constraint "articles_tags_tag_id_fkey";

drop table "articles";

drop table "articles_tags";

drop table "authors";

-- in one go

alter table "articles" drop constraint "articles_author_id_fkey";

alter table "articles_tags" drop constraint "articles_tags_article_id_fkey";

alter table "articles_tags" drop constraint "articles_tags_tag_id_fkey";

drop table "articles";

drop table "articles_tags";

drop table "authors";
